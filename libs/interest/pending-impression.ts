/**
 * One list that was shown, waiting for what the user does: its items, and the features as they were at that
 * moment (those that all items share once, then each item's own). An item is open until it is clicked; the
 * impression ends at its deadline, or earlier by overflow, and its open items then count as not clicked.
 * A clicked item stays known until the end, so that a second click on it is told from a new one, and what else came of
 * it is known then.
 */
import type { FeatureVector } from '#events';
import { appendPosition } from '#features';
import type { StateReader, StateWriter } from './state-writer.js';

export interface ShownItem {
  readonly itemKey: number;
  readonly position: number;
  /** 0 when unknown. */
  readonly propensity: number;
}

export class PendingImpression {
  readonly itemKeys: number[] = [];
  readonly positions: number[] = [];
  /** 32-bit floats. */
  readonly propensities: number[] = [];
  /** 1 for each item that was clicked. */
  readonly clicked: number[] = [];
  /** What else was done with each item (deeds.ts). */
  readonly deeds: number[] = [];
  /** Entry i: where the own features of item i end, counted from the end of the shared ones. */
  private readonly ends: number[] = [];
  private shared = 0;
  private indices: Uint32Array = new Uint32Array(0);
  private values: Float32Array = new Float32Array(0);

  constructor(
    /** key53 of the impression's event id: names the list to the learner. */
    readonly listKey: number,
    /** key53 of the recommendation id, 0 if none was given. */
    readonly recommendationKey: number,
    /** Event time, ms. */
    readonly at: number,
    /** Event time at which a tick ends it: whole seconds, in ms. */
    readonly deadline: number,
    readonly segment: number,
    /** Slots on the page; 0: the deepest slot named. */
    private readonly depthGiven: number,
    /** The user's taste when it was shown, see taste-sketch.ts. */
    readonly taste: number,
  ) {}

  get size(): number {
    return this.itemKeys.length;
  }

  /** Slots of the page that was shown. */
  get depth(): number {
    let depth = this.depthGiven;
    for (const position of this.positions) if (position > depth) depth = position;
    return depth;
  }

  /** Bytes of memory, about. */
  get bytes(): number {
    return 400 + this.itemKeys.length * 40 + this.indices.length * 8;
  }

  addItem(item: ShownItem): void {
    this.itemKeys.push(item.itemKey);
    this.positions.push(item.position);
    this.propensities.push(item.propensity);
    this.clicked.push(0);
    this.deeds.push(0);
  }

  /** @param own for each item, the end of its own features in `buffer`, which starts with the `shared` ones */
  setFeatures(buffer: FeatureVector, shared: number, ends: readonly number[]): void {
    this.shared = shared;
    for (const end of ends) this.ends.push(end - shared);
    this.allocate(buffer.length);
    this.indices.set(buffer.indices.subarray(0, buffer.length));
    this.values.set(buffer.values.subarray(0, buffer.length));
  }

  /** The features of the items, each with its position: vectors of their own, in one allocation. */
  features(items: readonly number[]): FeatureVector[] {
    let words = 0;
    for (const item of items) words += this.featureCount(item);
    const indices = new Uint32Array(words);
    const values = new Float32Array(words);
    let place = 0;
    return items.map((item) => {
      const end = place + this.featureCount(item);
      const out = { indices: indices.subarray(place, end), values: values.subarray(place, end), length: 0 };
      place = end;
      this.copyFeatures(item, out);
      return out;
    });
  }

  private featureCount(item: number): number {
    return this.shared + this.ends[item]! - this.startOf(item) + 1;
  }

  private startOf(item: number): number {
    return item === 0 ? 0 : this.ends[item - 1]!;
  }

  private copyFeatures(item: number, out: FeatureVector): void {
    const { shared } = this;
    for (let i = 0; i < shared; i++) {
      out.indices[i] = this.indices[i]!;
      out.values[i] = this.values[i]!;
    }
    let place = shared;
    for (let i = shared + this.startOf(item); i < shared + this.ends[item]!; i++, place++) {
      out.indices[place] = this.indices[i]!;
      out.values[place] = this.values[i]!;
    }
    out.length = place;
    appendPosition(out, this.positions[item]!);
  }

  /** One buffer for both: a list in memory is one allocation outside the heap. */
  private allocate(length: number): void {
    const buffer = new ArrayBuffer(length * 8);
    this.indices = new Uint32Array(buffer, 0, length);
    this.values = new Float32Array(buffer, length * 4, length);
  }

  write(out: StateWriter): void {
    out.f64(this.listKey);
    out.f64(this.recommendationKey);
    out.count(this.at);
    out.count(this.deadline);
    out.count(this.segment);
    out.count(this.depthGiven);
    out.f64(this.taste);
    out.count(this.itemKeys.length);
    out.f64s(this.itemKeys);
    out.counts(this.positions);
    out.f32s(this.propensities);
    out.counts(this.clicked.map((clicked, i) => clicked + 2 * this.deeds[i]!));
    out.series(this.ends);
    out.count(this.shared);
    out.count(this.indices.length);
    out.u32s(this.indices);
    out.f32s(this.values);
  }

  static read(from: StateReader): PendingImpression {
    const pending = new PendingImpression(
      from.f64(),
      from.f64(),
      from.count(),
      from.count(),
      from.count(),
      from.count(),
      from.f64(),
    );
    const n = from.size(15);
    pending.itemKeys.push(...from.f64s(n));
    pending.positions.push(...from.counts(n));
    pending.propensities.push(...from.f32s(n));
    for (const mark of from.counts(n)) {
      pending.clicked.push(mark % 2);
      pending.deeds.push(Math.floor(mark / 2));
    }
    pending.ends.push(...from.series(n));
    pending.shared = from.count();
    const words = from.size(8);
    pending.allocate(words);
    for (let i = 0; i < words; i++) pending.indices[i] = from.u32();
    for (let i = 0; i < words; i++) pending.values[i] = from.f32();
    return pending;
  }
}
