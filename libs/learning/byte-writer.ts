/** A growing little-endian buffer: the one way in which model state becomes bytes. */
const FIRST_BYTES = 64 * 1024;
const PIECE_BYTES = 1024 * 1024;
/** Smaller ones are copied into another's. */
const OWN_PIECE_BYTES = 64 * 1024;

export class ByteWriter {
  protected buffer: Buffer;
  protected at = 0;

  constructor(bytes = FIRST_BYTES) {
    this.buffer = Buffer.allocUnsafe(bytes);
  }

  get length(): number {
    return this.at;
  }

  /** The bytes written so far: a view, valid until the next write. */
  bytes(): Buffer {
    return this.buffer.subarray(0, this.at);
  }

  u8(value: number): void {
    this.reserve(1);
    this.buffer[this.at++] = value;
  }

  u32(value: number): void {
    this.reserve(4);
    this.at = this.buffer.writeUInt32LE(value, this.at);
  }

  f32(value: number): void {
    this.reserve(4);
    this.at = this.buffer.writeFloatLE(value, this.at);
  }

  f64(value: number): void {
    this.reserve(8);
    this.at = this.buffer.writeDoubleLE(value, this.at);
  }

  /** LEB128, for integers 0 .. 2^53 − 1. */
  varint(value: number): void {
    this.reserve(8);
    while (value >= 0x80) {
      this.buffer[this.at++] = (value % 0x80) | 0x80;
      value = Math.floor(value / 0x80);
    }
    this.buffer[this.at++] = value;
  }

  text(value: string): void {
    const bytes = Buffer.from(value, 'utf8');
    this.varint(bytes.length);
    this.raw(bytes);
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.at);
    this.at += bytes.length;
  }

  /** The array's memory as it is (this format and every supported platform are little-endian). */
  array(values: Float32Array | Float64Array | Uint32Array | Uint8Array): void {
    this.raw(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }

  /** Ascending integers, as their differences. */
  ascending(values: Uint32Array): void {
    this.varint(values.length);
    let previous = 0;
    for (let i = 0; i < values.length; i++) {
      this.varint(values[i]! - previous);
      previous = values[i]!;
    }
  }

  /** `stride` floats of `table` for each row. */
  rows32(table: Float32Array, stride: number, rows: Uint32Array): void {
    this.reserve(rows.length * stride * 4);
    const gathered = new Float32Array(rows.length * stride);
    let out = 0;
    for (let i = 0; i < rows.length; i++) {
      const base = rows[i]! * stride;
      for (let j = 0; j < stride; j++) gathered[out++] = table[base + j]!;
    }
    this.array(gathered);
  }

  private reserve(bytes: number): void {
    if (this.at + bytes > this.buffer.length) this.grow(bytes);
  }

  /** Makes room for so many bytes. */
  protected grow(bytes: number): void {
    // A single large piece is most likely the last one: no room beyond it.
    const doubled = bytes > this.buffer.length * 4 ? 0 : this.buffer.length * 2;
    const grown = Buffer.allocUnsafe(Math.max(doubled, this.at + bytes));
    grown.set(this.buffer.subarray(0, this.at));
    this.buffer = grown;
  }
}

/** For much: grows by pieces, so that nothing is copied and the memory of the last snapshot does for the next. */
export class PieceWriter extends ByteWriter {
  private readonly full: Buffer[] = [];
  private fullBytes = 0;

  override get length(): number {
    return this.fullBytes + this.at;
  }

  /** What was written so far, in pieces of about PIECE_BYTES; larger where a larger one was written at once. */
  pieces(): Buffer[] {
    return [...this.full, super.bytes()];
  }

  override bytes(): Buffer {
    return Buffer.concat(this.pieces());
  }

  /** What another wrote; it is not written to any more. */
  append(other: PieceWriter): void {
    for (const piece of other.pieces())
      if (piece.length < OWN_PIECE_BYTES) this.raw(piece);
      else {
        this.close();
        this.add(piece);
      }
  }

  protected override grow(bytes: number): void {
    this.close();
    this.buffer = Buffer.allocUnsafe(Math.max(PIECE_BYTES, bytes));
  }

  /** What follows begins a piece. */
  private close(): void {
    if (this.at > 0) this.add(super.bytes());
    this.buffer = this.buffer.subarray(this.at);
    this.at = 0;
  }

  private add(piece: Buffer): void {
    this.full.push(piece);
    this.fullBytes += piece.length;
  }
}
