/**
 * Engagement of a table's rows, decayed by event time with several half-lives at once: s·2^(−Δt/half-life).
 *
 * All rows of a window decay alike, so time passing changes no order among them: rows are compared by
 *
 *     order = log2(s as of t) + t/half-life
 *
 * which moves only when the row itself is engaged with (forward decay, Cormode et al., ICDE 2009). That is what lets
 * `Leaders` keep the best rows without ever scanning the others.
 */
import { halved, widened } from '#kernel';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';

/** Half-lives of item popularity, seconds of event time: from a minute to a week. */
export const POPULARITY_SECONDS = [60, 600, 3_600, 21_600, 86_400, 604_800] as const;
export const WINDOWS = POPULARITY_SECONDS.length;
const FIRST_ROWS = 1024;
/** After so many half-lives the smallest of f32 is still a number above 0 in f64: 2^(−149 − 900) > 2^−1074. */
const ALIVE_HALF_LIVES = 900;
/** Stands for −∞: what a model holds is finite. */
const NO_ORDER = -Number.MAX_VALUE;

export class DecayedSums {
  /** Half-lives of a row's sums. */
  readonly windows: number;
  /** Most bytes of one row in a delta. */
  readonly rowBytes: number;
  /** Event time to which a row is decayed, ms. */
  private updatedBy = new Float64Array(FIRST_ROWS);
  private sumsBy: Float32Array;
  /** NO_ORDER where the sum is 0; derived: reading an order costs no logarithm. */
  private ordersBy: Float64Array;
  private readonly halfLives: Float64Array;
  /** `agedTo` in half-lives of each window. */
  private readonly ages: Float64Array;
  private agedTo = -1;

  /** @param seconds half-lives, of event time */
  constructor(seconds: readonly number[] = POPULARITY_SECONDS) {
    this.windows = seconds.length;
    this.rowBytes = 8 + 4 * this.windows;
    this.halfLives = Float64Array.from(seconds, (halfLife) => halfLife * 1000);
    this.ages = new Float64Array(seconds.length);
    this.sumsBy = new Float32Array(FIRST_ROWS * this.windows);
    this.ordersBy = new Float64Array(FIRST_ROWS * this.windows).fill(NO_ORDER);
  }

  /** Of a row's newest addition, ms; 0 for a row without any. */
  updated(row: number): number {
    return this.updatedBy[row]!;
  }

  /** @param weight above 0 */
  add(row: number, weight: number, timestamp: number): void {
    const elapsed = timestamp - this.updatedBy[row]!;
    for (let w = 0; w < this.windows; w++) {
      const at = row * this.windows + w;
      const halfLife = this.halfLives[w]!;
      // An event older than the row's time is decayed instead of the row.
      if (elapsed >= 0) this.sumsBy[at] = this.sumsBy[at]! * halved(elapsed / halfLife) + weight;
      else this.sumsBy[at]! += weight * halved(-elapsed / halfLife);
    }
    if (elapsed > 0) this.updatedBy[row] = timestamp;
    this.derive(row);
  }

  at(row: number, window: number, now: number): number {
    const elapsed = Math.max(0, now - this.updatedBy[row]!);
    return this.sumsBy[row * this.windows + window]! * halved(elapsed / this.halfLives[window]!);
  }

  /** Whether anything is left of the row: `at` is above 0. */
  isAlive(row: number, window: number, now: number): boolean {
    const sum = this.sumsBy[row * this.windows + window]!;
    if (!(sum > 0)) return false;
    return (
      now - this.updatedBy[row]! < ALIVE_HALF_LIVES * this.halfLives[window]! || this.at(row, window, now) > 0
    );
  }

  /** −∞ for a row without engagement. */
  order(row: number, window: number): number {
    const order = this.ordersBy[row * this.windows + window]!;
    return order === NO_ORDER ? -Infinity : order;
  }

  /** log2 of what `at` says, from the order; of a time before the row's newest addition as if everything were older. */
  log2At(row: number, window: number, now: number): number {
    if (now !== this.agedTo) this.age(now);
    return this.order(row, window) - this.ages[window]!;
  }

  clearRow(row: number): void {
    this.updatedBy[row] = 0;
    this.sumsBy.fill(0, row * this.windows, (row + 1) * this.windows);
    this.ordersBy.fill(NO_ORDER, row * this.windows, (row + 1) * this.windows);
  }

  /** Makes room for this many rows. */
  fit(rows: number): void {
    while (this.updatedBy.length < rows) {
      this.updatedBy = widened(this.updatedBy);
      const sums = new Float32Array(this.sumsBy.length * 2);
      sums.set(this.sumsBy);
      this.sumsBy = sums;
      const orders = new Float64Array(sums.length).fill(NO_ORDER);
      orders.set(this.ordersBy);
      this.ordersBy = orders;
    }
  }

  encode(writer: ByteWriter, rows: number): void {
    writer.array(this.updatedBy.subarray(0, rows));
    writer.array(this.sumsBy.subarray(0, rows * this.windows));
  }

  decode(reader: ByteReader, rows: number): void {
    this.fit(rows);
    reader.array(this.updatedBy.subarray(0, rows));
    reader.array(this.sumsBy.subarray(0, rows * this.windows));
    for (let row = 0; row < rows; row++) this.derive(row);
  }

  encodeRow(writer: ByteWriter, row: number): void {
    writer.f64(this.updatedBy[row]!);
    for (let w = 0; w < this.windows; w++) writer.f32(this.sumsBy[row * this.windows + w]!);
  }

  decodeRow(reader: ByteReader, row: number): void {
    this.updatedBy[row] = reader.f64();
    for (let w = 0; w < this.windows; w++) this.sumsBy[row * this.windows + w] = reader.f32();
    this.derive(row);
  }

  /** Many rows are read at one moment: what all of them subtract is divided once. */
  private age(now: number): void {
    for (let w = 0; w < this.windows; w++) this.ages[w] = now / this.halfLives[w]!;
    this.agedTo = now;
  }

  private derive(row: number): void {
    for (let w = 0; w < this.windows; w++) {
      const at = row * this.windows + w;
      const sum = this.sumsBy[at]!;
      this.ordersBy[at] = sum > 0 ? Math.log2(sum) + this.updatedBy[row]! / this.halfLives[w]! : NO_ORDER;
    }
  }
}

/** The shortest window that is at least this long, or the longest. */
export function windowOf(seconds: number): number {
  const window = POPULARITY_SECONDS.findIndex((halfLife) => halfLife >= seconds);
  return window < 0 ? WINDOWS - 1 : window;
}
