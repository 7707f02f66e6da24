/**
 * How often clicks on an item (or of a user) reach each goal: counts by key, and overall.
 *
 *     rate = (Σ targets + PRIOR · overall rate) / (targets + PRIOR)
 */
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { DirtyRows } from './dirty-rows.js';
import { GOALS } from './goals.js';
import { KeyedRows } from './keyed-rows.js';
import type { RowTable } from './model-table.js';

/** Clicks that the overall rate counts for. */
const PRIOR = 20;
/** Overall rate before anything is known: FIRST_RATE on FIRST_TARGETS clicks. */
const FIRST_RATE = 0.1;
const FIRST_TARGETS = 10;
/** Of a row: for each goal, targets seen and their sum. */
const STRIDE = GOALS.length * 2;
/** After so many targets a row's count for half as much: beyond, a float of 32 bits has no room for a hundredth, as a short stay is one. */
const TARGETS_MAX = 2 ** 17;

export class GoalRates implements RowTable {
  readonly dirty = new DirtyRows(1024);
  readonly rowBytesMax = 5 + 8 + STRIDE * 4 + STRIDE * 8;
  private readonly rows: KeyedRows;
  /** Of all keys, those forgotten since, too. */
  private readonly everything = new Float64Array(STRIDE);
  private counts = new Float32Array(1024 * STRIDE);

  constructor(private readonly rowsMax: number) {
    this.rows = new KeyedRows(rowsMax);
  }

  /** @param goal index in GOALS */
  record(key: number, goal: number, target: number): void {
    this.everything[goal * 2]! += 1;
    this.everything[goal * 2 + 1]! += target;
    this.add(key, goal, target);
  }

  rate(key: number, goal: number): number {
    const overall = this.overall(goal);
    const row = this.rows.find(key);
    if (row < 0) return overall;
    const at = row * STRIDE + goal * 2;
    return (this.counts[at + 1]! + PRIOR * overall) / (this.counts[at]! + PRIOR);
  }

  overall(goal: number): number {
    const { everything } = this;
    return (everything[goal * 2 + 1]! + FIRST_TARGETS * FIRST_RATE) / (everything[goal * 2]! + FIRST_TARGETS);
  }

  targets(key: number, goal: number): number {
    const row = this.rows.find(key);
    return row < 0 ? 0 : this.counts[row * STRIDE + goal * 2]!;
  }

  encode(writer: ByteWriter): void {
    writer.array(this.everything);
    this.rows.encode(writer);
    writer.array(this.counts.subarray(0, this.rows.size * STRIDE));
  }

  decode(reader: ByteReader): void {
    reader.array(this.everything);
    this.rows.decode(reader);
    this.fit();
    reader.array(this.counts.subarray(0, this.rows.size * STRIDE));
  }

  encodeRows(writer: ByteWriter, rows: Uint32Array): void {
    writer.array(this.everything);
    writer.ascending(rows);
    for (const row of rows) {
      writer.f64(this.rows.keys[row]!);
      for (let i = 0; i < STRIDE; i++) writer.f32(this.counts[row * STRIDE + i]!);
    }
  }

  decodeRows(reader: ByteReader): void {
    reader.array(this.everything);
    for (const row of reader.ascending(this.rowsMax)) {
      this.rows.place(row, reader.f64());
      this.fit();
      for (let i = 0; i < STRIDE; i++) this.counts[row * STRIDE + i] = reader.f32();
    }
  }

  private add(key: number, goal: number, target: number): void {
    const row = this.rows.claim(key);
    this.fit();
    if (this.rows.recycled) this.counts.fill(0, row * STRIDE, (row + 1) * STRIDE);
    const at = row * STRIDE + goal * 2;
    this.counts[at]! += 1;
    this.counts[at + 1]! += target;
    if (this.counts[at]! >= TARGETS_MAX) {
      this.counts[at]! /= 2;
      this.counts[at + 1]! /= 2;
    }
    this.dirty.mark(row);
  }

  private fit(): void {
    while (this.counts.length < this.rows.size * STRIDE) {
      const wider = new Float32Array(this.counts.length * 2);
      wider.set(this.counts);
      this.counts = wider;
    }
  }
}
