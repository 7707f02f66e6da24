/**
 * Lists that were just shown, whose samples wait a moment for clicks.
 *
 * FEEDBACK says of each item shown that it was not clicked, and takes that back when a click comes. Most clicks come within
 * seconds: a list that waits so long is learnt with its clicks, in one step a sample instead of two. It is learnt at its first
 * click (so the click moves the weights at once, and together with what was not clicked beside it), when it is older than
 * `holdSeconds` of event time, or when more than HELD_MAX samples wait. A click that comes later is learnt as a revision.
 */
import type { FeatureVector, Outcome } from '#events';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { copyReading, newReading, type ItemReading } from './item-reading.js';

/** Samples; beyond it the list that waits for longest is learnt as it is. */
export const HELD_MAX = 65_536;

/** Samples kept for reuse. */
const SPARE_MAX = 1_024;

export interface HeldSample {
  timestamp: number;
  userKey: number;
  listKey: number;
  itemKey: number;
  position: number;
  depth: number;
  readonly features: FeatureVector;
  readonly reading: ItemReading;
  label: 0 | 1;
  /** Of the click. */
  weight: number;
}

export class HeldLists {
  /** In order of arrival. */
  private readonly lists = new Map<number, HeldSample[]>();
  private held = 0;
  /** The list that waits for longest and when it was shown, undefined when that has to be looked up. */
  private oldest: number | undefined;
  private oldestShown: number | undefined;
  /** Samples that were learnt and can be used again. */
  private readonly spare: HeldSample[] = [];

  /** Samples that wait. */
  get size(): number {
    return this.held;
  }

  hold(record: Outcome, reading: ItemReading): void {
    const sample = this.spare.pop() ?? newHeldSample();
    sample.timestamp = record.timestamp;
    sample.userKey = record.userKey;
    sample.listKey = record.listKey;
    sample.itemKey = record.itemKey;
    sample.position = record.position;
    sample.depth = record.depth ?? 0;
    sample.label = 0;
    sample.weight = 1;
    copyFeatures(record.features, sample.features);
    copyReading(reading, sample.reading);
    const list = this.lists.get(record.listKey);
    if (list) list.push(sample);
    else this.lists.set(record.listKey, [sample]);
    this.held++;
  }

  /** Makes a waiting sample a click. @returns false when it does not wait (any more) */
  click(listKey: number, itemKey: number, weight: number): boolean {
    const sample = this.lists.get(listKey)?.find((waiting) => waiting.itemKey === itemKey);
    if (!sample) return false;
    sample.label = 1;
    sample.weight = weight;
    return true;
  }

  /** Takes out what waits of this list. Give it back with `reuse` when it is learnt. */
  release(listKey: number): readonly HeldSample[] {
    const list = this.lists.get(listKey);
    if (!list) return [];
    this.lists.delete(listKey);
    if (listKey === this.oldest) this.oldestShown = undefined;
    this.held -= list.length;
    return list;
  }

  reuse(samples: readonly HeldSample[]): void {
    for (const sample of samples) if (this.spare.length < SPARE_MAX) this.spare.push(sample);
  }

  /** The list to learn now although no click came: too old, or one too many. */
  overdue(olderThan: number): number | undefined {
    const full = this.held > HELD_MAX;
    const shown = this.oldestShown ?? this.lookUpOldest();
    return full || (shown !== undefined && shown < olderThan) ? this.oldest : undefined;
  }

  encode(writer: ByteWriter): void {
    writer.varint(this.lists.size);
    for (const [listKey, list] of this.lists) {
      writer.f64(listKey);
      writer.varint(list.length);
      for (const sample of list) encodeSample(writer, sample);
    }
  }

  decode(reader: ByteReader): void {
    for (let lists = reader.varint(); lists > 0; lists--) {
      const listKey = reader.f64();
      const list = Array.from({ length: reader.count() }, () => decodeSample(reader, listKey));
      this.lists.set(listKey, list);
      this.held += list.length;
    }
  }

  /** Only when the list is another one: `overdue` is asked with each record. @returns when it was shown */
  private lookUpOldest(): number | undefined {
    const [first] = this.lists;
    this.oldest = first?.[0];
    return (this.oldestShown = first?.[1][0]!.timestamp);
  }
}

const newHeldSample = (): HeldSample => ({
  timestamp: 0,
  userKey: 0,
  listKey: 0,
  itemKey: 0,
  position: 0,
  depth: 0,
  features: { indices: new Uint32Array(0), values: new Float32Array(0), length: 0 },
  reading: newReading(),
  label: 0,
  weight: 1,
});

function copyFeatures(from: FeatureVector, to: FeatureVector): void {
  if (to.indices.length < from.length) {
    to.indices = new Uint32Array(from.length);
    to.values = new Float32Array(from.length);
  }
  for (let i = 0; i < from.length; i++) {
    to.indices[i] = from.indices[i]!;
    to.values[i] = from.values[i]!;
  }
  to.length = from.length;
}

function encodeSample(writer: ByteWriter, sample: HeldSample): void {
  const { features, reading } = sample;
  writer.f64(sample.timestamp);
  writer.f64(sample.userKey);
  writer.f64(sample.itemKey);
  writer.varint(sample.position);
  writer.varint(sample.depth);
  writer.varint(sample.label);
  writer.f32(sample.weight);
  for (const value of [reading.ctrLogit, reading.overallLogit, reading.impressions, reading.popularity])
    writer.f32(value);
  writer.varint(features.length);
  writer.array(features.indices.subarray(0, features.length));
  writer.array(features.values.subarray(0, features.length));
}

function decodeSample(reader: ByteReader, listKey: number): HeldSample {
  const timestamp = reader.f64();
  const userKey = reader.f64();
  const itemKey = reader.f64();
  const position = reader.varint();
  const depth = reader.varint();
  const label = reader.varint() === 1 ? 1 : 0;
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
  const features = { indices, values, length };
  return { timestamp, userKey, listKey, itemKey, position, depth, features, reading, label, weight };
}
