/**
 * Clicked samples that wait for the unclicked ones of their list.
 *
 * FEEDBACK brings a click at once and its absence only when the attribution window closes. A model that learns in
 * that order has, for everything recent (a new item, a count that grows, a user's new taste), seen the positives and
 * not the negatives, and believes in whatever is new. So a positive is counted at once (statistics, co-visitation),
 * but learnt with its list: when the list's first negative comes, when the list is older than any window
 * (`holdSeconds` of event time), or when more than HELD_MAX wait.
 */
import type { FeatureVector, Outcome } from '#events';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import type { ItemReading } from './item-reading.js';

/** Beyond it the list that waits for longest is learnt as it is. */
export const HELD_MAX = 65_536;

export interface HeldPositive {
  readonly timestamp: number;
  readonly itemKey: number;
  readonly position: number;
  readonly depth: number;
  readonly weight: number;
  readonly features: FeatureVector;
  readonly reading: ItemReading;
}

export class HeldPositives {
  /** By list, in order of each list's first click. */
  private readonly lists = new Map<number, HeldPositive[]>();
  private held = 0;

  get size(): number {
    return this.held;
  }

  hold(record: Outcome, reading: ItemReading): void {
    const { indices, values, length } = record.features;
    const positive = {
      timestamp: record.timestamp,
      itemKey: record.itemKey,
      position: record.position,
      depth: record.depth ?? 0,
      weight: record.weight,
      features: { indices: indices.slice(0, length), values: values.slice(0, length), length },
      reading: { ...reading },
    };
    const list = this.lists.get(record.listKey);
    if (list) list.push(positive);
    else this.lists.set(record.listKey, [positive]);
    this.held++;
  }

  /** Takes out what waits for this list. */
  release(listKey: number): readonly HeldPositive[] {
    const list = this.lists.get(listKey);
    if (!list) return [];
    this.lists.delete(listKey);
    this.held -= list.length;
    return list;
  }

  /** The list to learn now although no negative came: too old, or one too many. */
  overdue(olderThan: number): number | undefined {
    for (const [listKey, list] of this.lists)
      return this.held > HELD_MAX || list[0]!.timestamp < olderThan ? listKey : undefined;
    return undefined;
  }

  encode(writer: ByteWriter): void {
    writer.varint(this.lists.size);
    for (const [listKey, list] of this.lists) {
      writer.f64(listKey);
      writer.varint(list.length);
      for (const positive of list) encodePositive(writer, positive);
    }
  }

  decode(reader: ByteReader): void {
    for (let lists = reader.varint(); lists > 0; lists--) {
      const listKey = reader.f64();
      const list = Array.from({ length: reader.count() }, () => decodePositive(reader));
      this.lists.set(listKey, list);
      this.held += list.length;
    }
  }
}

function encodePositive(
  writer: ByteWriter,
  { timestamp, itemKey, position, depth, weight, features, reading }: HeldPositive,
): void {
  writer.f64(timestamp);
  writer.f64(itemKey);
  writer.varint(position);
  writer.varint(depth);
  writer.f32(weight);
  for (const value of [reading.ctrLogit, reading.overallLogit, reading.impressions, reading.popularity])
    writer.f32(value);
  writer.varint(features.length);
  writer.array(features.indices);
  writer.array(features.values);
}

function decodePositive(reader: ByteReader): HeldPositive {
  const timestamp = reader.f64();
  const itemKey = reader.f64();
  const position = reader.varint();
  const depth = reader.varint();
  const weight = reader.f32();
  const reading = {
    ctrLogit: reader.f32(),
    overallLogit: reader.f32(),
    impressions: reader.f32(),
    popularity: reader.f32(),
  };
  const length = reader.count();
  const indices = new Uint32Array(length);
  const values = new Float32Array(length);
  reader.array(indices);
  reader.array(values);
  return { timestamp, itemKey, position, depth, weight, features: { indices, values, length }, reading };
}
