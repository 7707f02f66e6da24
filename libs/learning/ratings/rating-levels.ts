/**
 * The distinct values that ratings take, as long as they are few: the stars of a scale, whatever its bounds and steps.
 * A level's id is its order of first appearance, so that what is stored by id never moves.
 */
import type { ByteReader } from '../byte-reader.js';
import type { ByteWriter } from '../byte-writer.js';

/** More distinct values than this, and the scale counts as continuous. */
export const LEVELS_MAX = 24;

export class RatingLevels {
  /** By id: the value, and how often it was given. */
  readonly values = new Float64Array(LEVELS_MAX);
  readonly counts = new Float64Array(LEVELS_MAX);
  size = 0;
  /** True from the first value that found no place: levels say nothing any more. */
  continuous = false;
  /** Ids by ascending value. */
  order: number[] = [];

  /** The value's id, or −1. */
  idOf(value: number): number {
    for (let id = 0; id < this.size; id++) if (this.values[id] === value) return id;
    return -1;
  }

  /** Counts one rating. @returns the value's id, or −1 in a continuous scale */
  count(value: number): number {
    let id = this.idOf(value);
    if (id < 0) id = this.add(value);
    if (id >= 0) this.counts[id]!++;
    return id;
  }

  clear(): void {
    this.size = 0;
    this.counts.fill(0);
    this.continuous = false;
    this.order = [];
  }

  /** The id nearest in value among those before `id`; −1 for the first. */
  nearestBefore(id: number): number {
    let nearest = -1;
    for (let other = 0; other < id; other++)
      if (nearest < 0 || this.distance(other, id) < this.distance(nearest, id)) nearest = other;
    return nearest;
  }

  encode(writer: ByteWriter): void {
    writer.u8(this.size);
    writer.u8(this.continuous ? 1 : 0);
    writer.array(this.values.subarray(0, this.size));
    writer.array(this.counts.subarray(0, this.size));
  }

  decode(reader: ByteReader): void {
    this.size = Math.min(reader.u8(), LEVELS_MAX);
    this.continuous = reader.u8() === 1;
    reader.array(this.values.subarray(0, this.size));
    reader.array(this.counts.subarray(0, this.size));
    this.sort();
  }

  private add(value: number): number {
    if (this.size === LEVELS_MAX) this.continuous = true;
    if (this.continuous) return -1;
    this.values[this.size++] = value;
    this.sort();
    return this.size - 1;
  }

  private sort(): void {
    this.order = Array.from({ length: this.size }, (_, id) => id).sort(
      (a, b) => this.values[a]! - this.values[b]!,
    );
  }

  private distance(a: number, b: number): number {
    return Math.abs(this.values[a]! - this.values[b]!);
  }
}
