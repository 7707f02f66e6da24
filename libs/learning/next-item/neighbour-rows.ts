/**
 * For each item a bounded set of others with decayed counts: what co-visitation and transitions are made of. The
 * weakest of NEIGHBOURS_MAX neighbours makes room for a new one; keyed-rows.ts bounds the items. Counts and mass
 * (the sum of all counts, also of neighbours given up) decay by event time together, a row at a time.
 */
import type { ByteReader } from '../byte-reader.js';
import type { ByteWriter } from '../byte-writer.js';
import { KeyedRows } from '../keyed-rows.js';
import type { ModelTable } from '../model-table.js';

export const NEIGHBOURS_MAX = 48;

export interface NeighbourRow {
  readonly keys: Float64Array;
  readonly counts: Float32Array;
  size: number;
  /** f32. */
  readonly mass: Float32Array;
  /** Event time to which counts and mass are decayed, ms. */
  updatedAt: number;
}

export class NeighbourRows implements ModelTable {
  private readonly items: KeyedRows;
  private readonly rows: NeighbourRow[] = [];
  private readonly halfLifeMs: number;

  constructor(itemsMax: number, halfLifeSeconds: number) {
    this.items = new KeyedRows(itemsMax);
    this.halfLifeMs = halfLifeSeconds * 1000;
  }

  encode(writer: ByteWriter): void {
    this.items.encode(writer);
    for (const row of this.rows) encodeRow(writer, row);
  }

  decode(reader: ByteReader): void {
    this.items.decode(reader);
    for (let i = 0; i < this.items.size; i++) decodeRow(reader, this.rowAt(i));
  }

  protected row(itemKey: number): NeighbourRow | undefined {
    const at = this.items.find(itemKey);
    return at < 0 ? undefined : this.rows[at];
  }

  protected add(itemKey: number, neighbour: number, count: number, timestamp: number): void {
    const at = this.items.claim(itemKey);
    const row = this.rowAt(at);
    if (this.items.recycled) row.size = row.mass[0] = row.updatedAt = 0;
    const fresh = this.decay(row, timestamp) * count;
    row.mass[0]! += fresh;
    let slot = slotOf(row, neighbour);
    if (slot < 0) {
      slot = row.size < NEIGHBOURS_MAX ? row.size++ : weakest(row);
      row.keys[slot] = neighbour;
      row.counts[slot] = 0;
    }
    row.counts[slot]! += fresh;
  }

  /** What is left of the row's counts at a later time. */
  protected agedTo(time: number, row: NeighbourRow): number {
    return time === row.updatedAt ? 1 : 2 ** (-(time - row.updatedAt) / this.halfLifeMs);
  }

  /** Brings the row to the event's time; returns the factor of an event older than the row. */
  private decay(row: NeighbourRow, timestamp: number): number {
    const elapsed = timestamp - row.updatedAt;
    if (elapsed <= 0) return 2 ** (elapsed / this.halfLifeMs);
    const factor = 2 ** (-elapsed / this.halfLifeMs);
    for (let i = 0; i < row.size; i++) row.counts[i]! *= factor;
    row.mass[0]! *= factor;
    row.updatedAt = timestamp;
    return 1;
  }

  private rowAt(at: number): NeighbourRow {
    while (this.rows.length <= at) {
      this.rows.push({
        keys: new Float64Array(NEIGHBOURS_MAX),
        counts: new Float32Array(NEIGHBOURS_MAX),
        size: 0,
        mass: new Float32Array(1),
        updatedAt: 0,
      });
    }
    return this.rows[at]!;
  }
}

function slotOf(row: NeighbourRow, key: number): number {
  for (let i = 0; i < row.size; i++) if (row.keys[i] === key) return i;
  return -1;
}

function weakest(row: NeighbourRow): number {
  let at = 0;
  for (let i = 1; i < row.size; i++) if (row.counts[i]! < row.counts[at]!) at = i;
  return at;
}

function encodeRow(writer: ByteWriter, row: NeighbourRow): void {
  writer.f64(row.updatedAt);
  writer.f32(row.mass[0]!);
  writer.u8(row.size);
  writer.array(row.keys.subarray(0, row.size));
  writer.array(row.counts.subarray(0, row.size));
}

function decodeRow(reader: ByteReader, row: NeighbourRow): void {
  row.updatedAt = reader.f64();
  row.mass[0] = reader.f32();
  row.size = Math.min(reader.u8(), NEIGHBOURS_MAX);
  reader.array(row.keys.subarray(0, row.size));
  reader.array(row.counts.subarray(0, row.size));
}
