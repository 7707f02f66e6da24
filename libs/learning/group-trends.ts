/**
 * What groups of people engage with now: popularity by group and item, decayed with the same half-lives as item popularity.
 * A group is a segment, a cluster of like tastes, or an audience such as "country NO" (libs/features, user-groups.ts).
 *
 * Bounded twice: GROUPS_MAX groups, of which the one unused for longest makes room; and ITEMS_EACH items of each, of
 * which the one that ranks lowest makes room for a new one (as in space-saving counters, Metwally et al. 2005).
 */
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { DecayedSums, windowOf } from './decayed-sums.js';
import { DirtyRows } from './dirty-rows.js';
import { KeyedRows } from './keyed-rows.js';
import type { RowTable } from './model-table.js';
import type { RankedKeys } from './popularity-table.js';

export const GROUPS_MAX = 256;
export const ITEMS_EACH = 256;

export class GroupTrends implements RowTable {
  readonly dirty = new DirtyRows(GROUPS_MAX * ITEMS_EACH);
  private readonly groups = new KeyedRows(GROUPS_MAX);
  /** ITEMS_EACH rows a group: the item's key, 0 while free. */
  private readonly itemBy = new Float64Array(GROUPS_MAX * ITEMS_EACH);
  private readonly sums = new DecayedSums();
  readonly rowBytesMax = 5 + 8 + 8 + this.sums.rowBytes;

  constructor() {
    this.sums.fit(GROUPS_MAX * ITEMS_EACH);
  }

  /** @param windowSeconds the half-life by which the weakest item of a full group is told */
  record(group: number, itemKey: number, weight: number, timestamp: number, windowSeconds: number): void {
    if (!(weight > 0)) return;
    const first = this.groups.claim(group) * ITEMS_EACH;
    if (this.groups.recycled) this.clear(first);
    let row = this.find(first, itemKey);
    if (row < 0) {
      row = this.find(first, 0);
      if (row < 0) row = this.weakest(first, windowOf(windowSeconds));
      this.sums.clearRow(row);
      this.itemBy[row] = itemKey;
    }
    this.sums.add(row, weight, timestamp);
    this.dirty.mark(row);
  }

  /** The group's most popular items now, best first; none for a group that is not known. */
  trending(group: number, n: number, now: number, windowSeconds: number): RankedKeys {
    const found = this.groups.find(group);
    if (found < 0) return { keys: [], scores: [] };
    const window = windowOf(windowSeconds);
    const ranked: { row: number; order: number }[] = [];
    for (let row = found * ITEMS_EACH; row < (found + 1) * ITEMS_EACH; row++)
      if (this.itemBy[row] !== 0) ranked.push({ row, order: this.sums.order(row, window) });
    ranked.sort((a, b) => b.order - a.order || a.row - b.row);
    const keys: number[] = [];
    const scores: number[] = [];
    for (const { row } of ranked.slice(0, n)) {
      const score = this.sums.at(row, window, now);
      if (!(score > 0)) break; // so long ago that nothing is left of it
      keys.push(this.itemBy[row]!);
      scores.push(score);
    }
    return { keys, scores };
  }

  encode(writer: ByteWriter): void {
    const rows = this.groups.size * ITEMS_EACH;
    this.groups.encode(writer);
    writer.array(this.itemBy.subarray(0, rows));
    this.sums.encode(writer, rows);
  }

  decode(reader: ByteReader): void {
    this.groups.decode(reader);
    const rows = this.groups.size * ITEMS_EACH;
    reader.array(this.itemBy.subarray(0, rows));
    this.sums.decode(reader, rows);
  }

  encodeRows(writer: ByteWriter, rows: Uint32Array): void {
    writer.ascending(rows);
    for (const row of rows) {
      writer.f64(this.groups.keys[Math.floor(row / ITEMS_EACH)]!);
      writer.f64(this.itemBy[row]!);
      this.sums.encodeRow(writer, row);
    }
  }

  decodeRows(reader: ByteReader): void {
    for (const row of reader.ascending(GROUPS_MAX * ITEMS_EACH)) {
      this.takeOver(Math.floor(row / ITEMS_EACH), reader.f64());
      this.itemBy[row] = reader.f64();
      this.sums.decodeRow(reader, row);
    }
  }

  /** A group that took over another's rows brings all of its own: the other's are forgotten. */
  private takeOver(groupRow: number, group: number): void {
    if (groupRow < this.groups.size && this.groups.keys[groupRow] === group) return;
    this.groups.place(groupRow, group);
    this.clear(groupRow * ITEMS_EACH);
  }

  private find(first: number, itemKey: number): number {
    for (let row = first; row < first + ITEMS_EACH; row++) if (this.itemBy[row] === itemKey) return row;
    return -1;
  }

  private weakest(first: number, window: number): number {
    let weakest = first;
    let least = Infinity;
    for (let row = first; row < first + ITEMS_EACH; row++) {
      const order = this.sums.order(row, window);
      if (order >= least) continue;
      least = order;
      weakest = row;
    }
    return weakest;
  }

  private clear(first: number): void {
    for (let row = first; row < first + ITEMS_EACH; row++) {
      // A replica that knows these rows as the same group's, of before, has to forget them, too.
      if (this.itemBy[row] !== 0) this.dirty.mark(row);
      this.itemBy[row] = 0;
      this.sums.clearRow(row);
    }
  }
}
