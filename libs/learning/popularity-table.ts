/**
 * Decayed popularity of a table's rows together with its leaders: the part that item statistics and audience trends
 * share. Leaders are derived from the rows and never stored.
 */
import { Leaders } from '#kernel';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { DecayedSums, POPULARITY_SECONDS } from './decayed-sums.js';

/** Item keys, best first, and the decayed popularity of each. */
export interface RankedKeys {
  readonly keys: number[];
  readonly scores: number[];
}

/** Rows kept of each window. */
export const LEADERS_MAX = 1_024;

export class PopularityTable {
  private readonly sums: DecayedSums;
  private readonly leaders: Leaders[];
  private readonly before: Float64Array;

  /** @param seconds half-lives, of event time. @param leadersMax rows kept of each */
  constructor(seconds: readonly number[] = POPULARITY_SECONDS, leadersMax = LEADERS_MAX) {
    this.sums = new DecayedSums(seconds);
    this.leaders = seconds.map(() => new Leaders(leadersMax));
    this.before = new Float64Array(seconds.length);
  }

  /** Most bytes of one row in a delta. */
  get rowBytes(): number {
    return this.sums.rowBytes;
  }

  /** Event time of the row's newest addition, ms; 0 without any. */
  updated(row: number): number {
    return this.sums.updated(row);
  }

  /** @param rows of the whole table */
  add(row: number, weight: number, timestamp: number, rows: number): void {
    this.changing(row, () => this.sums.add(row, weight, timestamp), rows);
  }

  at(row: number, window: number, now: number): number {
    return this.sums.at(row, window, now);
  }

  /** By which rows of a window compare at any time alike; −∞ for a row without any. */
  orderOf(row: number, window: number): number {
    return this.sums.order(row, window);
  }

  /** log2 of the same, cheaper; −∞ for a row without any. */
  log2At(row: number, window: number, now: number): number {
    return this.sums.log2At(row, window, now);
  }

  /** The row's place among the most popular, 0-based; −1 when it is not among them. */
  rankOf(row: number, window: number): number {
    return this.leaders[window]!.rankOf(row, this.sums.order(row, window));
  }

  /** @param keysByRow 0: the row is nobody's */
  top(n: number, now: number, window: number, keysByRow: Float64Array): RankedKeys {
    const leaders = this.leaders[window]!;
    const keys: number[] = [];
    const scores: number[] = [];
    for (let rank = 0; rank < leaders.size && keys.length < n; rank++) {
      const row = leaders.row(rank);
      const score = this.sums.at(row, window, now);
      if (keysByRow[row] === 0 || score <= 0) continue;
      keys.push(keysByRow[row]!);
      scores.push(score);
    }
    return { keys, scores };
  }

  /** Keys of the `n` most popular into `out`, best first. @returns how many */
  topKeys(n: number, now: number, window: number, keysByRow: Float64Array, out: Float64Array): number {
    const leaders = this.leaders[window]!;
    let found = 0;
    for (let rank = 0; rank < leaders.size && found < n; rank++) {
      const row = leaders.row(rank);
      if (keysByRow[row] !== 0 && this.sums.isAlive(row, window, now)) out[found++] = keysByRow[row]!;
    }
    return found;
  }

  clearRow(row: number, rows: number): void {
    this.changing(row, () => this.sums.clearRow(row), rows);
  }

  fit(rows: number): void {
    this.sums.fit(rows);
  }

  encode(writer: ByteWriter, rows: number): void {
    this.sums.encode(writer, rows);
  }

  decode(reader: ByteReader, rows: number): void {
    this.sums.decode(reader, rows);
    for (let w = 0; w < this.before.length; w++) this.refill(w, rows);
  }

  encodeRow(writer: ByteWriter, row: number): void {
    this.sums.encodeRow(writer, row);
  }

  decodeRow(reader: ByteReader, row: number, rows: number): void {
    this.changing(row, () => this.sums.decodeRow(reader, row), rows);
  }

  private changing(row: number, change: () => void, rows: number): void {
    for (let w = 0; w < this.before.length; w++) this.before[w] = this.sums.order(row, w);
    change();
    for (let w = 0; w < this.before.length; w++) {
      const leaders = this.leaders[w]!;
      leaders.move(row, this.before[w]!, this.sums.order(row, w));
      if (leaders.needsRefill) this.refill(w, rows);
    }
  }

  private refill(window: number, rows: number): void {
    this.leaders[window]!.refill(rows, (row) => this.sums.order(row, window));
  }
}
