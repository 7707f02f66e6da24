/** Reads what ByteWriter wrote. Anything that does not fit is REK_SNAPSHOT_INVALID, never a wrong value. */
import { AppError } from '#kernel';

export class ByteReader {
  private readonly buffer: Buffer;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.buffer.length - this.at;
  }

  u8(): number {
    return this.buffer[this.take(1)]!;
  }

  u32(): number {
    return this.buffer.readUInt32LE(this.take(4));
  }

  f32(): number {
    return this.buffer.readFloatLE(this.take(4));
  }

  f64(): number {
    return this.buffer.readDoubleLE(this.take(8));
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 49; scale *= 0x80) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw new AppError('REK_SNAPSHOT_INVALID', 'an integer of the model state is too long');
  }

  /** Of either sign: zigzag, as kernels/assembly/points.ts writes it. */
  signed(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** A row so far behind another. @param limit the table's rows */
  below(limit: number, from: number): number {
    const row = from + this.varint();
    if (row < limit) return row;
    throw new AppError('REK_SNAPSHOT_INVALID', `row ${row} lies outside a table of ${limit}`);
  }

  /** A number of things that take at least a byte each. */
  count(): number {
    const count = this.varint();
    if (count > this.remaining) throw new AppError('REK_SNAPSHOT_INVALID', 'the model state is truncated');
    return count;
  }

  text(): string {
    const bytes = this.varint();
    const from = this.take(bytes);
    return this.buffer.toString('utf8', from, from + bytes);
  }

  raw(bytes: number): Buffer {
    const from = this.take(bytes);
    return this.buffer.subarray(from, from + bytes);
  }

  /** Fills the whole array. */
  array(into: Float32Array | Float64Array | Uint32Array | Uint8Array): void {
    new Uint8Array(into.buffer, into.byteOffset, into.byteLength).set(this.raw(into.byteLength));
  }

  /** Ascending integers below `limit`. */
  ascending(limit: number): Uint32Array {
    const count = this.count();
    const values = new Uint32Array(count);
    let previous = 0;
    for (let i = 0; i < count; i++) {
      previous = this.below(limit, previous);
      values[i] = previous;
    }
    return values;
  }

  rows32(table: Float32Array, stride: number, rows: Uint32Array): void {
    const from = this.take(rows.length * stride * 4);
    const view = new DataView(this.buffer.buffer, this.buffer.byteOffset + from, rows.length * stride * 4);
    let at = 0;
    for (let i = 0; i < rows.length; i++) {
      const base = rows[i]! * stride;
      for (let j = 0; j < stride; j++, at += 4) table[base + j] = view.getFloat32(at, true);
    }
  }

  private take(bytes: number): number {
    if (bytes > this.remaining) throw new AppError('REK_SNAPSHOT_INVALID', 'the model state is truncated');
    const from = this.at;
    this.at += bytes;
    return from;
  }
}
