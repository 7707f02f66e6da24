/**
 * Rows of a table by 53-bit key, in order of first appearance, bounded: when `rowsMax` are taken, a
 * row not used since the last sweep makes room (second chance, Corbató 1969). An open-addressed hash over
 * typed arrays: no allocation per look-up, and the same claims give the same rows everywhere.
 */
import { AppError, mix32, widened } from '#kernel';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';

const FIRST_ROWS = 1024;

export class KeyedRows {
  /** Key of each row. */
  keys = new Float64Array(FIRST_ROWS);
  size = 0;
  /** Whose row the last `claim` took over; 0: nobody's. */
  displaced = 0;
  private used = new Uint8Array(FIRST_ROWS);
  private hand = 0;
  /** row + 1 at the key's probe position; 0 = empty. At most half full. */
  private table = new Int32Array(FIRST_ROWS * 2);

  constructor(readonly rowsMax: number) {}

  /** True when the last `claim` took over another key's row: its columns hold the old key's values. */
  get recycled(): boolean {
    return this.displaced !== 0;
  }

  /** The key's row, or −1. */
  find(key: number): number {
    const mask = this.table.length - 1;
    for (let at = home(key) & mask; ; at = (at + 1) & mask) {
      const row = this.table[at]! - 1;
      if (row < 0 || this.keys[row] === key) return row;
    }
  }

  /** The key's row; a new one (or the row of an unused key, see `recycled`) when it has none. */
  claim(key: number): number {
    this.displaced = 0;
    let row = this.find(key);
    if (row < 0) {
      row = this.size < this.rowsMax ? this.append() : this.evict();
      this.keys[row] = key;
      this.insert(row);
    }
    this.used[row] = 1;
    return row;
  }

  /** Puts a key at a given row: how a replica follows its model. */
  place(row: number, key: number): void {
    if (row >= this.rowsMax)
      throw new AppError('REK_SNAPSHOT_INVALID', `row ${row} lies outside a table of ${this.rowsMax}`);
    while (this.size <= row) this.append();
    if (this.keys[row] === key) return;
    const elsewhere = this.find(key);
    if (elsewhere >= 0) this.remove(elsewhere);
    if (this.keys[row] !== 0) this.remove(row);
    this.keys[row] = key;
    this.insert(row);
  }

  encode(writer: ByteWriter): void {
    writer.varint(this.size);
    writer.varint(this.hand);
    writer.array(this.keys.subarray(0, this.size));
    writer.array(this.used.subarray(0, this.size));
  }

  decode(reader: ByteReader): void {
    const size = reader.varint();
    this.hand = reader.varint();
    if (size > this.rowsMax || size * 9 > reader.remaining)
      throw new AppError('REK_SNAPSHOT_INVALID', 'the model state is truncated');
    while (this.size < size) this.append();
    reader.array(this.keys.subarray(0, size));
    reader.array(this.used.subarray(0, size));
    for (let row = 0; row < size; row++) this.insert(row);
  }

  private append(): number {
    if (this.size === this.keys.length) {
      this.keys = widened(this.keys);
      const used = new Uint8Array(this.used.length * 2);
      used.set(this.used);
      this.used = used;
      this.table = new Int32Array(this.table.length * 2);
      for (let row = 0; row < this.size; row++) if (this.keys[row] !== 0) this.insert(row);
    }
    return this.size++;
  }

  private evict(): number {
    while (this.used[this.hand] === 1) {
      this.used[this.hand] = 0;
      this.hand = (this.hand + 1) % this.rowsMax;
    }
    const row = this.hand;
    this.hand = (this.hand + 1) % this.rowsMax;
    this.displaced = this.keys[row]!;
    this.remove(row);
    return row;
  }

  private insert(row: number): void {
    const mask = this.table.length - 1;
    let at = home(this.keys[row]!) & mask;
    while (this.table[at] !== 0) at = (at + 1) & mask;
    this.table[at] = row + 1;
  }

  /** Backward-shift deletion: no tombstones, so look-ups never slow down. */
  private remove(row: number): void {
    const mask = this.table.length - 1;
    let hole = home(this.keys[row]!) & mask;
    while (this.table[hole] !== row + 1) hole = (hole + 1) & mask;
    this.table[hole] = 0;
    for (let at = (hole + 1) & mask; this.table[at] !== 0; at = (at + 1) & mask) {
      const origin = home(this.keys[this.table[at]! - 1]!) & mask;
      if (((at - origin) & mask) < ((at - hole) & mask)) continue;
      this.table[hole] = this.table[at]!;
      this.table[at] = 0;
      hole = at;
    }
    this.keys[row] = 0;
  }
}

function home(key: number): number {
  return mix32((key >>> 0) ^ Math.imul((key / 0x1_0000_0000) | 0, 0x9e3779b1));
}
