/**
 * Vectors by key, for users or items: rows of FACTORS numbers, drawn from a hash of key and seed the first time a key
 * is claimed, so that equal streams give equal vectors. `near` finds the rows nearest to another vector: for serving only, since
 * above a size it answers from a graph that lags (libs/vectors).
 */
import { combine32, mix32 } from '#kernel';
import { NearestVectors, type VectorRows } from '#vectors';
import type { ByteReader } from '../byte-reader.js';
import type { ByteWriter } from '../byte-writer.js';
import { KeyedRows } from '../keyed-rows.js';
import type { ModelTable } from '../model-table.js';

export const FACTORS = 16;
const INITIAL_SCALE = 0.1;
const FIRST_ROWS = 256;

export class FactorVectors implements ModelTable, VectorRows {
  readonly dimensions = FACTORS;
  readonly near = new NearestVectors(this);
  values = new Float32Array(FIRST_ROWS * FACTORS);
  private readonly owners: KeyedRows;

  constructor(
    rowsMax: number,
    private readonly seed: number,
  ) {
    this.owners = new KeyedRows(rowsMax);
  }

  get rows(): number {
    return this.owners.size;
  }

  holds(row: number): boolean {
    return this.owners.keys[row] !== 0;
  }

  /** −1 for a key without a vector. */
  find(key: number): number {
    return this.owners.find(key);
  }

  keyOf(row: number): number {
    return this.owners.keys[row]!;
  }

  claim(key: number): number {
    const before = this.owners.size;
    const row = this.owners.claim(key);
    this.fit();
    if (this.owners.recycled || this.owners.size > before) this.draw(row, key);
    this.near.moved(row);
    return row;
  }

  set(row: number, vector: Float64Array): void {
    this.values.set(vector, row * FACTORS);
    this.near.moved(row);
  }

  encode(writer: ByteWriter): void {
    this.owners.encode(writer);
    writer.array(this.values.subarray(0, this.owners.size * FACTORS));
  }

  decode(reader: ByteReader): void {
    this.owners.decode(reader);
    this.fit();
    reader.array(this.values.subarray(0, this.owners.size * FACTORS));
  }

  private draw(row: number, key: number): void {
    const start = combine32(combine32(this.seed, key >>> 0), (key / 0x1_0000_0000) >>> 0);
    for (let f = 0; f < FACTORS; f++)
      this.values[row * FACTORS + f] = INITIAL_SCALE * (mix32(start + f) / 2 ** 31 - 1);
  }

  private fit(): void {
    if (this.owners.size * FACTORS <= this.values.length) return;
    const wider = new Float32Array(Math.max(this.owners.size * FACTORS, this.values.length * 2));
    wider.set(this.values);
    this.values = wider;
  }
}
