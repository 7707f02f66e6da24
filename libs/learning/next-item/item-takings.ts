/**
 * Who takes to each item: popularity by kind of visit, each kind with half-lives of its own, and when the item was first and
 * last taken. Newcomers take what is famous, a burst fills in what was seen long ago, those with long histories take what is new.
 */
import { widened } from '#kernel';
import type { ByteReader } from '../byte-reader.js';
import type { ByteWriter } from '../byte-writer.js';
import { KeyedRows } from '../keyed-rows.js';
import type { ModelTable } from '../model-table.js';
import { PopularityTable } from '../popularity-table.js';

const DAY = 86_400;

/** Half-lives of each kind, seconds of event time. */
export const TAKINGS = [
  { kind: 'everybody', seconds: [3 * DAY, 30 * DAY] },
  { kind: 'newcomers', seconds: [DAY, 7 * DAY] },
  { kind: 'bursts', seconds: [DAY, 7 * DAY, 30 * DAY] },
  { kind: 'devoted', seconds: [DAY, 7 * DAY, 30 * DAY] },
] as const;

/** Of the leaders of each half-life. */
const LEADERS_MAX = 128;
const FIRST_ROWS = 1024;

export class ItemTakings implements ModelTable {
  private readonly rows: KeyedRows;
  private readonly popularities = TAKINGS.map(({ seconds }) => new PopularityTable(seconds, LEADERS_MAX));
  /** Event time, ms. */
  private firstBy = new Float64Array(FIRST_ROWS);

  constructor(itemsMax: number) {
    this.rows = new KeyedRows(itemsMax);
  }

  /** −1 for an item that nobody took. */
  rowOf(itemKey: number): number {
    return this.rows.find(itemKey);
  }

  /** log2 of decayed popularity, −∞ without any. @param kind its number in TAKINGS. @param window its number there */
  log2PopularityOf(row: number, kind: number, window: number, now: number): number {
    return row < 0 ? -Infinity : this.popularities[kind]!.log2At(row, window, now);
  }

  /** Event time when the item was first taken, ms. */
  firstOf(row: number): number {
    return this.firstBy[row]!;
  }

  /** The same of the last time. */
  lastOf(row: number): number {
    return this.popularities[0]!.updated(row);
  }

  /** The kind's most popular items of a half-life into `out`, best first. @returns how many */
  leaders(kind: number, window: number, n: number, now: number, out: Float64Array): number {
    return this.popularities[kind]!.topKeys(n, now, window, this.rows.keys, out);
  }

  /** @param kinds numbers in TAKINGS */
  record(itemKey: number, kinds: readonly number[], weight: number, timestamp: number): void {
    const row = this.rows.claim(itemKey);
    this.fit();
    if (this.rows.recycled) {
      this.firstBy[row] = 0;
      for (const popularity of this.popularities) popularity.clearRow(row, this.rows.size);
    }
    if (this.firstBy[row] === 0) this.firstBy[row] = timestamp;
    for (const kind of kinds) this.popularities[kind]!.add(row, weight, timestamp, this.rows.size);
  }

  encode(writer: ByteWriter): void {
    const rows = this.rows.size;
    this.rows.encode(writer);
    writer.array(this.firstBy.subarray(0, rows));
    for (const popularity of this.popularities) popularity.encode(writer, rows);
  }

  decode(reader: ByteReader): void {
    this.rows.decode(reader);
    const rows = this.rows.size;
    this.fit();
    reader.array(this.firstBy.subarray(0, rows));
    for (const popularity of this.popularities) popularity.decode(reader, rows);
  }

  private fit(): void {
    while (this.firstBy.length < this.rows.size) this.firstBy = widened(this.firstBy);
    for (const popularity of this.popularities) popularity.fit(this.rows.size);
  }
}
