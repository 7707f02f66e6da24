/**
 * The last few partners of each key and when: the items a user took to, or the users who took to an item. Both
 * together are what user-based collaborative filtering needs: neighbours are found through the items they share.
 */
import type { ByteReader } from '../byte-reader.js';
import type { ByteWriter } from '../byte-writer.js';
import { KeyedRows } from '../keyed-rows.js';
import type { ModelTable } from '../model-table.js';
import { RowPages } from '../row-pages.js';

const float64s = (cells: number): Float64Array => new Float64Array(cells);

export class RecentLinks implements ModelTable {
  private readonly owners: KeyedRows;
  /** Of each owner's row, oldest first; times are event times, ms. */
  private readonly keys: RowPages<Float64Array>;
  private readonly times: RowPages<Float64Array>;
  private readonly sizes: Uint8Array;

  /** @param each partners remembered of one owner, at most 255 */
  constructor(
    ownersMax: number,
    private readonly each: number,
  ) {
    this.owners = new KeyedRows(ownersMax);
    this.keys = new RowPages(each, ownersMax, float64s);
    this.times = new RowPages(each, ownersMax, float64s);
    this.sizes = new Uint8Array(ownersMax);
  }

  /** The owner's row, −1 without links. */
  rowOf(owner: number): number {
    return this.owners.find(owner);
  }

  /** Partners of a row; 0 for −1. */
  sizeOf(row: number): number {
    return row < 0 ? 0 : this.sizes[row]!;
  }

  /** The row's i-th partner, from the oldest on. */
  partnerOf(row: number, i: number): number {
    return this.keys.of(row)[this.keys.at(row) + i]!;
  }

  /** Event time of the row's i-th partner, ms. */
  timeOf(row: number, i: number): number {
    return this.times.of(row)[this.times.at(row) + i]!;
  }

  has(owner: number, partner: number): boolean {
    return this.isLinked(this.owners.find(owner), partner);
  }

  /** The same of the owner's row. */
  isLinked(row: number, partner: number): boolean {
    return this.placeOf(row, partner) >= 0;
  }

  /** Every owner, in order of rows. */
  eachOwner(visit: (owner: number, row: number) => void): void {
    for (let row = 0; row < this.owners.size; row++)
      if (this.owners.keys[row] !== 0) visit(this.owners.keys[row]!, row);
  }

  /** A known partner moves to its newest time; beyond the bound the oldest goes. */
  record(owner: number, partner: number, timestamp: number): void {
    const row = this.owners.claim(owner);
    this.reach(row);
    if (this.owners.recycled) this.sizes[row] = 0;
    const keys = this.keys.of(row);
    const times = this.times.of(row);
    const first = this.keys.at(row);
    const known = this.placeOf(row, partner);
    if (known >= 0 && times[first + known]! > timestamp) return;
    if (known >= 0) this.remove(row, known);
    else if (this.sizes[row] === this.each) this.remove(row, 0);
    let at = first + this.sizes[row]!++;
    for (; at > first && times[at - 1]! > timestamp; at--) {
      keys[at] = keys[at - 1]!;
      times[at] = times[at - 1]!;
    }
    keys[at] = partner;
    times[at] = timestamp;
  }

  encode(writer: ByteWriter): void {
    this.owners.encode(writer);
    for (let row = 0; row < this.owners.size; row++) {
      const size = this.sizes[row]!;
      writer.u8(size);
      writer.array(this.keys.first(row, size));
      writer.array(this.times.first(row, size));
    }
  }

  decode(reader: ByteReader): void {
    this.owners.decode(reader);
    for (let row = 0; row < this.owners.size; row++) {
      this.reach(row);
      const size = (this.sizes[row] = Math.min(reader.u8(), this.each));
      reader.array(this.keys.first(row, size));
      reader.array(this.times.first(row, size));
    }
  }

  private reach(row: number): void {
    this.keys.reach(row);
    this.times.reach(row);
  }

  private placeOf(row: number, partner: number): number {
    const size = this.sizeOf(row);
    if (size === 0) return -1;
    const keys = this.keys.of(row);
    const first = this.keys.at(row);
    for (let i = 0; i < size; i++) if (keys[first + i] === partner) return i;
    return -1;
  }

  private remove(row: number, place: number): void {
    const first = this.keys.at(row);
    const end = first + this.sizes[row]!--;
    this.keys.of(row).copyWithin(first + place, first + place + 1, end);
    this.times.of(row).copyWithin(first + place, first + place + 1, end);
  }
}
