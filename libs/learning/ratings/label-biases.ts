/**
 * How much higher or lower ratings are where a label is: of the item, of the user, or the label together with one
 * user or one item (this user and comedies, this film and students). A bias and its variance a row.
 */
import { combine32 } from '#kernel';
import type { ByteReader } from '../byte-reader.js';
import type { ByteWriter } from '../byte-writer.js';
import { DirtyRows } from '../dirty-rows.js';
import { KeyedRows } from '../keyed-rows.js';
import type { RowTable } from '../model-table.js';

const FIRST_ROWS = 64;
const STRIDE = 2;

export class LabelBiases implements RowTable {
  readonly dirty = new DirtyRows(FIRST_ROWS);
  readonly rowBytesMax = 5 + 8 + 4 * STRIDE;
  /** Bias and variance of each row. */
  numbers = new Float32Array(FIRST_ROWS * STRIDE);
  private readonly rows: KeyedRows;

  constructor(private readonly rowsMax: number) {
    this.rows = new KeyedRows(rowsMax);
  }

  find(key: number): number {
    return this.rows.find(key);
  }

  /** @param variance of a bias of which nothing is known */
  claim(key: number, variance: number): number {
    const before = this.rows.size;
    const row = this.rows.claim(key);
    this.fit();
    if (row >= before || this.rows.recycled) {
      this.numbers[row * STRIDE] = 0;
      this.numbers[row * STRIDE + 1] = variance;
    }
    this.dirty.mark(row);
    return row;
  }

  encode(writer: ByteWriter): void {
    this.rows.encode(writer);
    writer.array(this.numbers.subarray(0, this.rows.size * STRIDE));
  }

  decode(reader: ByteReader): void {
    this.rows.decode(reader);
    this.fit();
    reader.array(this.numbers.subarray(0, this.rows.size * STRIDE));
  }

  encodeRows(writer: ByteWriter, rows: Uint32Array): void {
    writer.ascending(rows);
    for (const row of rows) {
      writer.f64(this.rows.keys[row]!);
      writer.array(this.numbers.subarray(row * STRIDE, (row + 1) * STRIDE));
    }
  }

  decodeRows(reader: ByteReader): void {
    for (const row of reader.ascending(this.rowsMax)) {
      this.rows.place(row, reader.f64());
      this.fit();
      reader.array(this.numbers.subarray(row * STRIDE, (row + 1) * STRIDE));
    }
  }

  private fit(): void {
    while (this.numbers.length < this.rows.size * STRIDE) {
      const wider = new Float32Array(this.numbers.length * 2);
      wider.set(this.numbers);
      this.numbers = wider;
    }
  }
}

const HIGH = 0x1f_ffff;

/** A key of 53 bits for a label, alone or together with a user's or an item's key. Never 0. */
export function labelKey(label: number, partner = 0): number {
  const low = combine32(combine32(label, partner >>> 0), (partner / 0x1_0000_0000) | 0);
  return (combine32(low, label) & HIGH) * 0x1_0000_0000 + low || 1;
}
