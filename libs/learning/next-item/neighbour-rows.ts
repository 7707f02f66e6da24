/**
 * For each item a bounded set of others with decayed counts: what co-visitation and transitions are made of. The
 * weakest of NEIGHBOURS_MAX neighbours makes room for a new one; keyed-rows.ts bounds the items. Counts and mass
 * (the sum of all counts, also of neighbours given up) decay by event time together, a row at a time.
 */
import { halved, widened } from '#kernel';
import type { ByteReader } from '../byte-reader.js';
import type { ByteWriter } from '../byte-writer.js';
import { KeyedRows } from '../keyed-rows.js';
import type { ModelTable } from '../model-table.js';
import { RowPages } from '../row-pages.js';

export const NEIGHBOURS_MAX = 48;
const FIRST_ROWS = 1024;

export class NeighbourRows implements ModelTable {
  private readonly items: KeyedRows;
  private readonly keys: RowPages<Float64Array>;
  private readonly counts: RowPages<Float32Array>;
  private readonly sizes: Uint8Array;
  private readonly masses: Float32Array;
  /** Event time to which counts and mass are decayed, ms. */
  private updatedBy = new Float64Array(FIRST_ROWS);
  private readonly halfLifeMs: number;

  constructor(itemsMax: number, halfLifeSeconds: number) {
    this.items = new KeyedRows(itemsMax);
    this.keys = new RowPages(NEIGHBOURS_MAX, itemsMax, (cells) => new Float64Array(cells));
    this.counts = new RowPages(NEIGHBOURS_MAX, itemsMax, (cells) => new Float32Array(cells));
    this.sizes = new Uint8Array(itemsMax);
    this.masses = new Float32Array(itemsMax);
    this.halfLifeMs = halfLifeSeconds * 1000;
  }

  encode(writer: ByteWriter): void {
    this.items.encode(writer);
    for (let row = 0; row < this.items.size; row++) {
      const size = this.sizes[row]!;
      writer.f64(this.updatedBy[row]!);
      writer.f32(this.masses[row]!);
      writer.u8(size);
      writer.array(this.keys.first(row, size));
      writer.array(this.counts.first(row, size));
    }
  }

  decode(reader: ByteReader): void {
    this.items.decode(reader);
    for (let row = 0; row < this.items.size; row++) {
      this.reach(row);
      this.updatedBy[row] = reader.f64();
      this.masses[row] = reader.f32();
      const size = (this.sizes[row] = Math.min(reader.u8(), NEIGHBOURS_MAX));
      reader.array(this.keys.first(row, size));
      reader.array(this.counts.first(row, size));
    }
  }

  /** −1 for an item without neighbours. */
  protected rowOf(itemKey: number): number {
    return this.items.find(itemKey);
  }

  protected sizeOf(row: number): number {
    return this.sizes[row]!;
  }

  protected neighbourOf(row: number, i: number): number {
    return this.keys.of(row)[this.keys.at(row) + i]!;
  }

  protected countOf(row: number, i: number): number {
    return this.counts.of(row)[this.counts.at(row) + i]!;
  }

  protected massOf(row: number): number {
    return this.masses[row]!;
  }

  protected updatedAt(row: number): number {
    return this.updatedBy[row]!;
  }

  protected add(itemKey: number, neighbour: number, count: number, timestamp: number): void {
    const row = this.items.claim(itemKey);
    this.reach(row);
    if (this.items.recycled) this.sizes[row] = this.masses[row] = this.updatedBy[row] = 0;
    const fresh = this.decay(row, timestamp) * count;
    this.masses[row]! += fresh;
    const counts = this.counts.of(row);
    const first = this.counts.at(row);
    let at = this.placeOf(row, neighbour);
    if (at < 0) {
      at = this.sizes[row]! < NEIGHBOURS_MAX ? this.sizes[row]!++ : this.weakest(row);
      this.keys.of(row)[this.keys.at(row) + at] = neighbour;
      counts[first + at] = 0;
    }
    counts[first + at]! += fresh;
  }

  /** What is left of the row's counts at a later time. */
  protected agedTo(time: number, row: number): number {
    const updatedAt = this.updatedBy[row]!;
    return time === updatedAt ? 1 : halved((time - updatedAt) / this.halfLifeMs);
  }

  /** Brings the row to the event's time; returns the factor of an event older than the row. */
  private decay(row: number, timestamp: number): number {
    const elapsed = timestamp - this.updatedBy[row]!;
    if (elapsed <= 0) return halved(-elapsed / this.halfLifeMs);
    const factor = halved(elapsed / this.halfLifeMs);
    const counts = this.counts.of(row);
    const first = this.counts.at(row);
    for (let at = first; at < first + this.sizes[row]!; at++) counts[at]! *= factor;
    this.masses[row]! *= factor;
    this.updatedBy[row] = timestamp;
    return 1;
  }

  private placeOf(row: number, key: number): number {
    const keys = this.keys.of(row);
    const first = this.keys.at(row);
    const size = this.sizes[row]!;
    for (let i = 0; i < size; i++) if (keys[first + i] === key) return i;
    return -1;
  }

  private weakest(row: number): number {
    const counts = this.counts.of(row);
    const first = this.counts.at(row);
    let weakest = first;
    for (let at = first + 1; at < first + this.sizes[row]!; at++)
      if (counts[at]! < counts[weakest]!) weakest = at;
    return weakest - first;
  }

  private reach(row: number): void {
    this.keys.reach(row);
    this.counts.reach(row);
    while (this.updatedBy.length <= row) this.updatedBy = widened(this.updatedBy);
  }
}
