/**
 * The first ratings of all, before their spread tells what is out of proportion. One absurd value among them would be a part of mean and
 * spread for as long as the model lives, and the very first may be the absurd one; so each new rating judges those before it, too:
 *
 *     r is absurd beside n others:  |r − m| > FAR · max(1, |m|, q)
 *
 * with m the (lower) median of all n + 1 and q the third quartile of their distances from it.
 */
import type { ByteReader } from '../byte-reader.js';
import type { ByteWriter } from '../byte-writer.js';

/** Ratings until the spread judges. */
export const FIRST_RATINGS = 32;
const FAR = 10;

export class FirstRatings {
  private values: number[] = [];

  /** @returns false when the value is absurd beside the others */
  admits(value: number): boolean {
    return this.sound(value).includes(value);
  }

  /** Takes an admitted value. @returns those taken before that are found absurd now, which are given up; nearly always none */
  take(value: number): readonly number[] {
    const sound = this.sound(value);
    const absurd = this.values.filter((each) => !sound.includes(each));
    this.values = [...this.values.filter((each) => sound.includes(each)), value];
    return absurd;
  }

  /** Those that are not absurd, in the order in which they came. */
  get all(): readonly number[] {
    return this.values;
  }

  encode(writer: ByteWriter): void {
    writer.u8(this.values.length);
    writer.array(Float64Array.from(this.values));
  }

  decode(reader: ByteReader): void {
    const values = new Float64Array(Math.min(reader.u8(), FIRST_RATINGS));
    reader.array(values);
    this.values = [...values];
  }

  private sound(value: number): number[] {
    const all = [...this.values, value].sort((a, b) => a - b);
    const median = all[(all.length - 1) >> 1]!;
    const distances = all.map((each) => Math.abs(each - median)).sort((a, b) => a - b);
    const quartile = distances[Math.floor((distances.length - 1) * 0.75)]!;
    const most = FAR * Math.max(1, Math.abs(median), quartile);
    return all.filter((each) => Math.abs(each - median) <= most);
  }
}
