/**
 * The last few partners of each key and when: the items a user took to, or the users who took to an item. Both
 * together are what user-based collaborative filtering needs: neighbours are found through the items they share.
 */
import type { ByteReader } from '../byte-reader.js';
import type { ByteWriter } from '../byte-writer.js';
import { KeyedRows } from '../keyed-rows.js';
import type { ModelTable } from '../model-table.js';
import { RowPages } from '../row-pages.js';

export class RecentLinks implements ModelTable {
  private readonly owners: KeyedRows;
  /** Of each owner's row the partners, oldest first, and behind them their event times, ms: in one piece, they are read together. */
  private readonly links: RowPages;
  private readonly sizes: Uint8Array;

  /** @param each partners remembered of one owner, at most 255 */
  constructor(
    ownersMax: number,
    private readonly each: number,
  ) {
    this.owners = new KeyedRows(ownersMax);
    this.links = new RowPages(2 * each);
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
    return this.links.of(row).cells[this.links.at(row) + i]!;
  }

  /** Event time of the row's i-th partner, ms. */
  timeOf(row: number, i: number): number {
    return this.links.of(row).cells[this.links.at(row) + this.each + i]!;
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
    this.links.reach(row);
    if (this.owners.recycled) this.sizes[row] = 0;
    const { each } = this;
    const { cells: links } = this.links.of(row);
    const first = this.links.at(row);
    const known = this.placeOf(row, partner);
    if (known >= 0 && links[first + each + known]! > timestamp) return;
    if (known >= 0) this.remove(row, known);
    else if (this.sizes[row] === each) this.remove(row, 0);
    let at = first + this.sizes[row]!++;
    for (; at > first && links[at + each - 1]! > timestamp; at--) {
      links[at] = links[at - 1]!;
      links[at + each] = links[at + each - 1]!;
    }
    links[at] = partner;
    links[at + each] = timestamp;
  }

  encode(writer: ByteWriter): void {
    this.owners.encode(writer);
    for (let row = 0; row < this.owners.size; row++) {
      writer.u8(this.sizes[row]!);
      writer.array(this.keysOf(row));
      writer.array(this.timesOf(row));
    }
  }

  decode(reader: ByteReader): void {
    this.owners.decode(reader);
    for (let row = 0; row < this.owners.size; row++) {
      this.links.reach(row);
      this.sizes[row] = Math.min(reader.u8(), this.each);
      reader.array(this.keysOf(row));
      reader.array(this.timesOf(row));
    }
  }

  private placeOf(row: number, partner: number): number {
    const size = this.sizeOf(row);
    if (size === 0) return -1;
    const { cells: links } = this.links.of(row);
    const first = this.links.at(row);
    for (let i = 0; i < size; i++) if (links[first + i] === partner) return i;
    return -1;
  }

  private remove(row: number, place: number): void {
    this.keysOf(row).copyWithin(place, place + 1);
    this.timesOf(row).copyWithin(place, place + 1);
    this.sizes[row]!--;
  }

  /** Views of as many as the row has. */
  private keysOf(row: number): Float64Array {
    return this.someOf(row, this.links.at(row));
  }

  private timesOf(row: number): Float64Array {
    return this.someOf(row, this.links.at(row) + this.each);
  }

  private someOf(row: number, first: number): Float64Array {
    return this.links.of(row).cells.subarray(first, first + this.sizes[row]!);
  }
}
