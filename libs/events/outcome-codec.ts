/**
 * Outcomes as they stand in FEEDBACK. A list that is shown is an outcome for each of its items, whose features begin alike, and about
 * half of all features have the value 1. So, in the notation of feedback-codec.ts:
 *
 *     compact     as the canonical outcome, but for the features                         (kind 9)
 *     continued   kind u8 | itemKey f64 | label u8 | weight f32 | position u16 | propensity f32 | shared u8 |
 *                 the features behind the shared ones                                    (kind 10)
 *     features    n u8 | ⌈n / 8⌉ bytes: a bit for each value of 1 | n × index u32 | each other value f32
 *
 * A continued outcome is in all else like the outcome directly before it in the message, down to the first `shared` features.
 */
import { AppError } from '#kernel';
import {
  FEEDBACK_KIND,
  labelOf,
  recordBytes,
  REVISES,
  writeHead,
  writeOutcomeFields,
} from './feedback-codec.js';
import { FEATURES_MAX, type FeatureVector, type Outcome } from './feedback.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const CONTINUED_BYTES = 21;

/** At most, in either form. */
export const compactBytesMax = (record: Outcome): number =>
  recordBytes(record) + Math.ceil(record.features.length / 8);

/** @returns where it ends */
export function writeCompact(view: DataView, at: number, record: Outcome): number {
  at = writeHead(view, at, FEEDBACK_KIND.compactOutcome, record);
  at = writeOutcomeFields(view, at, record);
  return writeFeatures(view, at, record.features, 0);
}

/** @param shared as `sharedWith` has it of the outcome written last. @returns where it ends */
export function writeContinued(view: DataView, at: number, record: Outcome, shared: number): number {
  view.setUint8(at, FEEDBACK_KIND.continuedOutcome);
  view.setFloat64(at + 1, record.itemKey, true);
  view.setUint8(at + 9, labelOf(record));
  view.setFloat32(at + 10, record.weight, true);
  view.setUint16(at + 14, record.position, true);
  view.setFloat32(at + 16, record.propensity, true);
  view.setUint8(at + 20, shared);
  return writeFeatures(view, at + CONTINUED_BYTES, record.features, shared);
}

/** The features that `next` begins with as the outcome before it does; 0 when it does not continue that one. */
export function sharedWith(before: Outcome, next: Outcome): number {
  if (!continues(before, next)) return 0;
  const { features } = next;
  const most = Math.min(before.features.length, features.length);
  let shared = 0;
  while (shared < most && same(before.features, features, shared)) shared++;
  return shared;
}

/** @param outcome as the one before left it: the decoder's. @returns where the record ends */
export function readContinued(view: DataView, at: number, outcome: Mutable<Outcome>): number {
  const label = view.getUint8(at + 9);
  outcome.itemKey = view.getFloat64(at + 1, true);
  outcome.label = (label % REVISES) as 0 | 1;
  outcome.revises = label >= REVISES;
  outcome.weight = view.getFloat32(at + 10, true);
  outcome.position = view.getUint16(at + 14, true);
  outcome.propensity = view.getFloat32(at + 16, true);
  const shared = view.getUint8(at + 20);
  if (shared > outcome.features.length)
    throw new AppError('REK_LOG_DAMAGED', `an outcome shares ${shared} features with one that has fewer`);
  return readFeatures(view, at + CONTINUED_BYTES, outcome.features, shared);
}

/** Fills `features` from `shared` on. @returns where the record ends */
export function readFeatures(view: DataView, at: number, features: FeatureVector, shared: number): number {
  const { indices, values } = features;
  const n = view.getUint8(at);
  if (shared + n > FEATURES_MAX)
    throw new AppError('REK_LOG_DAMAGED', `an outcome has ${shared + n} features; most are ${FEATURES_MAX}`);
  const marksAt = at + 1;
  at = marksAt + Math.ceil(n / 8);
  for (let i = 0; i < n; i++, at += 4) indices[shared + i] = view.getUint32(at, true);
  for (let i = 0; i < n; i++) {
    if ((view.getUint8(marksAt + (i >> 3)) >> (i & 7)) & 1) values[shared + i] = 1;
    else {
      values[shared + i] = view.getFloat32(at, true);
      at += 4;
    }
  }
  features.length = shared + n;
  return at;
}

/** Those behind the first `shared`. */
function writeFeatures(view: DataView, at: number, features: FeatureVector, shared: number): number {
  const { indices, values, length } = features;
  const n = length - shared;
  view.setUint8(at, n);
  const marksAt = at + 1;
  at = marksAt + Math.ceil(n / 8);
  for (let byte = marksAt; byte < at; byte++) view.setUint8(byte, 0);
  for (let i = shared; i < length; i++, at += 4) view.setUint32(at, indices[i]!, true);
  for (let i = 0; i < n; i++) {
    const value = values[shared + i]!;
    if (value === 1) {
      const byte = marksAt + (i >> 3);
      view.setUint8(byte, view.getUint8(byte) | (1 << (i & 7)));
    } else {
      view.setFloat32(at, value, true);
      at += 4;
    }
  }
  return at;
}

function continues(before: Outcome, next: Outcome): boolean {
  return (
    before.listKey === next.listKey &&
    before.userKey === next.userKey &&
    before.timestamp === next.timestamp &&
    before.cause.sequence === next.cause.sequence &&
    before.cause.index === next.cause.index &&
    before.segment === next.segment &&
    (before.taste ?? 0) === (next.taste ?? 0) &&
    (before.depth ?? 0) === (next.depth ?? 0)
  );
}

/** Bit by bit: the sign of a 0 counts. */
function same(a: FeatureVector, b: FeatureVector, i: number): boolean {
  return a.indices[i] === b.indices[i] && Object.is(a.values[i], b.values[i]);
}
