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
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { widened } from './keyed-rows.js';

/** Half-lives, seconds of event time: from a minute to a week. */
export const POPULARITY_SECONDS = [60, 600, 3_600, 21_600, 86_400, 604_800] as const;
export const WINDOWS = POPULARITY_SECONDS.length;
/** Most bytes of one row in a delta. */
export const SUMS_ROW_BYTES = 8 + 4 * WINDOWS;
const FIRST_ROWS = 1024;

export class DecayedSums {
  /** Event time to which a row is decayed, ms. */
  private updatedBy = new Float64Array(FIRST_ROWS);
  private sumsBy = new Float32Array(FIRST_ROWS * WINDOWS);

  /** @param weight above 0 */
  add(row: number, weight: number, timestamp: number): void {
    const elapsed = timestamp - this.updatedBy[row]!;
    for (let w = 0; w < WINDOWS; w++) {
      const at = row * WINDOWS + w;
      const halfLife = POPULARITY_SECONDS[w]! * 1000;
      // An event older than the row's time is decayed instead of the row.
      if (elapsed >= 0) this.sumsBy[at] = this.sumsBy[at]! * 2 ** (-elapsed / halfLife) + weight;
      else this.sumsBy[at]! += weight * 2 ** (elapsed / halfLife);
    }
    if (elapsed > 0) this.updatedBy[row] = timestamp;
  }

  at(row: number, window: number, now: number): number {
    const elapsed = Math.max(0, now - this.updatedBy[row]!);
    return this.sumsBy[row * WINDOWS + window]! * 2 ** (-elapsed / (POPULARITY_SECONDS[window]! * 1000));
  }

  /** −∞ for a row without engagement. */
  order(row: number, window: number): number {
    return (
      Math.log2(this.sumsBy[row * WINDOWS + window]!) +
      this.updatedBy[row]! / (POPULARITY_SECONDS[window]! * 1000)
    );
  }

  clearRow(row: number): void {
    this.updatedBy[row] = 0;
    this.sumsBy.fill(0, row * WINDOWS, (row + 1) * WINDOWS);
  }

  /** Makes room for this many rows. */
  fit(rows: number): void {
    while (this.updatedBy.length < rows) {
      this.updatedBy = widened(this.updatedBy);
      const sums = new Float32Array(this.sumsBy.length * 2);
      sums.set(this.sumsBy);
      this.sumsBy = sums;
    }
  }

  encode(writer: ByteWriter, rows: number): void {
    writer.array(this.updatedBy.subarray(0, rows));
    writer.array(this.sumsBy.subarray(0, rows * WINDOWS));
  }

  decode(reader: ByteReader, rows: number): void {
    this.fit(rows);
    reader.array(this.updatedBy.subarray(0, rows));
    reader.array(this.sumsBy.subarray(0, rows * WINDOWS));
  }

  encodeRow(writer: ByteWriter, row: number): void {
    writer.f64(this.updatedBy[row]!);
    for (let w = 0; w < WINDOWS; w++) writer.f32(this.sumsBy[row * WINDOWS + w]!);
  }

  decodeRow(reader: ByteReader, row: number): void {
    this.updatedBy[row] = reader.f64();
    for (let w = 0; w < WINDOWS; w++) this.sumsBy[row * WINDOWS + w] = reader.f32();
  }
}

/** The shortest window that is at least this long, or the longest. */
export function windowOf(seconds: number): number {
  const window = POPULARITY_SECONDS.findIndex((halfLife) => halfLife >= seconds);
  return window < 0 ? WINDOWS - 1 : window;
}
