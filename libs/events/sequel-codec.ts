/**
 * The binary form of a sequel's body (feedback-codec.ts has the rest), little-endian:
 *
 *     userKey f64 | itemKey f64 | listKey f64 | segment u16 | deeds u8 | dwellSeconds f32 | position u16 |
 *     n u8 | n × index u32 | n × value f32
 */
import type { FeatureVector, Sequel } from './feedback.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Bytes before the features. */
const FIXED_BYTES = 34;

export const sequelBytes = ({ features }: Sequel): number => FIXED_BYTES + features.length * 8;

export function newSequel(cause: Sequel['cause'], features: FeatureVector): Mutable<Sequel> {
  return {
    kind: 'sequel',
    cause,
    timestamp: 0,
    userKey: 0,
    itemKey: 0,
    listKey: 0,
    segment: 0,
    liked: false,
    converted: false,
    dwellSeconds: -1,
    position: 0,
    features,
  };
}

/** @returns where the next record begins */
export function readSequel(view: DataView, at: number, into: Mutable<Sequel>): number {
  into.userKey = view.getFloat64(at, true);
  into.itemKey = view.getFloat64(at + 8, true);
  into.listKey = view.getFloat64(at + 16, true);
  into.segment = view.getUint16(at + 24, true);
  const deeds = view.getUint8(at + 26);
  into.liked = (deeds & 1) !== 0;
  into.converted = (deeds & 2) !== 0;
  into.dwellSeconds = view.getFloat32(at + 27, true);
  into.position = view.getUint16(at + 31, true);
  const n = view.getUint8(at + 33);
  at += FIXED_BYTES;
  const { indices, values } = into.features;
  for (let i = 0; i < n; i++, at += 4) indices[i] = view.getUint32(at, true);
  for (let i = 0; i < n; i++, at += 4) values[i] = view.getFloat32(at, true);
  into.features.length = n;
  return at;
}

/** @returns where the next record begins */
export function writeSequel(view: DataView, at: number, record: Sequel): number {
  view.setFloat64(at, record.userKey, true);
  view.setFloat64(at + 8, record.itemKey, true);
  view.setFloat64(at + 16, record.listKey, true);
  view.setUint16(at + 24, record.segment, true);
  view.setUint8(at + 26, (record.liked ? 1 : 0) | (record.converted ? 2 : 0));
  view.setFloat32(at + 27, record.dwellSeconds, true);
  view.setUint16(at + 31, record.position, true);
  const { indices, values, length } = record.features;
  view.setUint8(at + 33, length);
  at += FIXED_BYTES;
  for (let i = 0; i < length; i++, at += 4) view.setUint32(at, indices[i]!, true);
  for (let i = 0; i < length; i++, at += 4) view.setFloat32(at, values[i]!, true);
  return at;
}
