/** Reads what ByteWriter wrote. Anything that does not fit is REK_SNAPSHOT_INVALID, never a wrong value. */
import { AppError } from '#kernel';

export class ByteReader {
  private buffer: Buffer;
  private at = 0;
  /** Behind the buffer. */
  private rest: readonly Uint8Array[];
  private restBytes: number;

  /** @param pieces what is read, in pieces of any size: only those around what stands across a border are copied */
  constructor(...pieces: readonly Uint8Array[]) {
    this.buffer = asBuffer(pieces[0] ?? new Uint8Array(0));
    this.rest = pieces.slice(1);
    this.restBytes = bytesOf(this.rest);
  }

  get remaining(): number {
    return this.buffer.length - this.at + this.restBytes;
  }

  u8(): number {
    const from = this.take(1);
    return this.buffer[from]!;
  }

  u32(): number {
    const from = this.take(4);
    return this.buffer.readUInt32LE(from);
  }

  f32(): number {
    const from = this.take(4);
    return this.buffer.readFloatLE(from);
  }

  f64(): number {
    const from = this.take(8);
    return this.buffer.readDoubleLE(from);
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

  /** Another reader of the next so many bytes, which copies none of them. */
  part(bytes: number): ByteReader {
    if (bytes > this.remaining) throw truncated();
    const pieces: Uint8Array[] = [];
    for (let wanted = bytes; wanted > 0;) {
      if (this.at === this.buffer.length) this.join(1);
      const piece = this.buffer.subarray(this.at, this.at + wanted);
      this.at += piece.length;
      wanted -= piece.length;
      pieces.push(piece);
    }
    return new ByteReader(...pieces);
  }

  /** @returns where they begin in `buffer`, which may be another one than before */
  private take(bytes: number): number {
    if (this.at + bytes > this.buffer.length) this.join(bytes);
    const from = this.at;
    this.at += bytes;
    return from;
  }

  /** Makes the next so many bytes stand in one buffer. */
  private join(bytes: number): void {
    if (bytes > this.remaining) throw truncated();
    let joined = 0;
    for (let had = this.buffer.length - this.at; had < bytes; joined++) had += this.rest[joined]!.length;
    const left = this.buffer.subarray(this.at);
    const next = this.rest.slice(0, joined);
    this.buffer = left.length === 0 && joined === 1 ? asBuffer(next[0]!) : Buffer.concat([left, ...next]);
    this.at = 0;
    this.rest = this.rest.slice(joined);
    this.restBytes -= bytesOf(next);
  }
}

const truncated = (): AppError => new AppError('REK_SNAPSHOT_INVALID', 'the model state is truncated');

const bytesOf = (pieces: readonly Uint8Array[]): number =>
  pieces.reduce((bytes, piece) => bytes + piece.length, 0);

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
