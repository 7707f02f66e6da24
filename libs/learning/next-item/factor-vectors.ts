/**
 * Vectors by key, for users or items: rows of FACTORS numbers, drawn from a hash of key and seed the first time a key
 * is claimed, so that equal streams give equal vectors.
 */
import { combine32, mix32 } from '#kernel';
import type { ByteReader } from '../byte-reader.js';
import type { ByteWriter } from '../byte-writer.js';
import { DirtyRows } from '../dirty-rows.js';
import { KeyedRows } from '../keyed-rows.js';
import type { ModelTable } from '../model-table.js';

export const FACTORS = 16;
const INITIAL_SCALE = 0.1;
const FIRST_ROWS = 256;

export class FactorVectors implements ModelTable {
  readonly dirty = new DirtyRows(1024);
  readonly rowBytesMax = 5 + 8 + FACTORS * 4;
  values = new Float32Array(FIRST_ROWS * FACTORS);
  private readonly rows: KeyedRows;

  constructor(
    private readonly rowsMax: number,
    private readonly seed: number,
  ) {
    this.rows = new KeyedRows(rowsMax);
  }

  get size(): number {
    return this.rows.size;
  }

  /** −1 for a key without a vector. */
  find(key: number): number {
    return this.rows.find(key);
  }

  keyOf(row: number): number {
    return this.rows.keys[row]!;
  }

  claim(key: number): number {
    const before = this.rows.size;
    const row = this.rows.claim(key);
    this.fit();
    if (this.rows.recycled || this.rows.size > before) this.draw(row, key);
    this.dirty.mark(row);
    return row;
  }

  encode(writer: ByteWriter): void {
    this.rows.encode(writer);
    writer.array(this.values.subarray(0, this.rows.size * FACTORS));
  }

  decode(reader: ByteReader): void {
    this.rows.decode(reader);
    this.fit();
    reader.array(this.values.subarray(0, this.rows.size * FACTORS));
  }

  encodeRows(writer: ByteWriter, rows: Uint32Array): void {
    writer.ascending(rows);
    for (const row of rows) {
      writer.f64(this.rows.keys[row]!);
      writer.array(this.values.subarray(row * FACTORS, (row + 1) * FACTORS));
    }
  }

  decodeRows(reader: ByteReader): void {
    for (const row of reader.ascending(this.rowsMax)) {
      this.rows.place(row, reader.f64());
      this.fit();
      reader.array(this.values.subarray(row * FACTORS, (row + 1) * FACTORS));
    }
  }

  private draw(row: number, key: number): void {
    const start = combine32(combine32(this.seed, key >>> 0), (key / 0x1_0000_0000) >>> 0);
    for (let f = 0; f < FACTORS; f++)
      this.values[row * FACTORS + f] = INITIAL_SCALE * (mix32(start + f) / 2 ** 31 - 1);
  }

  private fit(): void {
    if (this.rows.size * FACTORS <= this.values.length) return;
    const wider = new Float32Array(Math.max(this.rows.size * FACTORS, this.values.length * 2));
    wider.set(this.values);
    this.values = wider;
  }
}
