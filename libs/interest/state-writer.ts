/**
 * Writes and reads the parts of a state: variable-length integers (7 bits a byte, low first), little-endian
 * floats, UTF-8 strings by length. One value has one encoding, so equal states give equal bytes.
 */
import { AppError } from '#kernel';

/** Texts up to this length are written character by character, for as long as they are ASCII. */
const SHORT_CHARS = 64;
/** Up to here an integer is one in the processor's sense too. */
const INT_MAX = 0x7fff_ffff;

export class StateWriter {
  private buffer = Buffer.alloc(4096);
  private view = viewOf(this.buffer);
  private length = 0;

  /** Integer 0 .. 2^53 − 1. */
  count(value: number): void {
    this.room(8);
    const { buffer } = this;
    let rest = value;
    for (; rest > INT_MAX; rest = Math.floor(rest / 0x80)) buffer[this.length++] = (rest % 0x80) | 0x80;
    for (; rest >= 0x80; rest >>>= 7) buffer[this.length++] = (rest & 0x7f) | 0x80;
    buffer[this.length++] = rest;
  }

  /** Integer, either sign. */
  signed(value: number): void {
    this.count(value < 0 ? -2 * value - 1 : 2 * value);
  }

  f64(value: number): void {
    this.room(8);
    this.view.setFloat64(this.length, value, true);
    this.length += 8;
  }

  f32(value: number): void {
    this.room(4);
    this.view.setFloat32(this.length, value, true);
    this.length += 4;
  }

  u8(value: number): void {
    this.room(1);
    this.buffer[this.length++] = value;
  }

  u32(value: number): void {
    this.room(4);
    this.view.setUint32(this.length, value, true);
    this.length += 4;
  }

  text(value: string): void {
    if (value.length <= SHORT_CHARS && this.shortText(value)) return;
    const bytes = Buffer.byteLength(value, 'utf8');
    this.count(bytes);
    this.room(bytes);
    this.buffer.write(value, this.length, 'utf8');
    this.length += bytes;
  }

  counts(values: readonly number[]): void {
    for (let i = 0; i < values.length; i++) this.count(values[i]!);
  }

  f64s(values: readonly number[]): void {
    for (let i = 0; i < values.length; i++) this.f64(values[i]!);
  }

  f32s(values: readonly number[] | Float32Array): void {
    for (let i = 0; i < values.length; i++) this.f32(values[i]!);
  }

  u32s(values: readonly number[] | Uint32Array): void {
    for (let i = 0; i < values.length; i++) this.u32(values[i]!);
  }

  /** Integers near each other, in order: differences, either sign. */
  series(values: ArrayLike<number>): void {
    let before = 0;
    for (let i = 0; i < values.length; i++) {
      this.signed(values[i]! - before);
      before = values[i]!;
    }
  }

  /** A copy of what was written. */
  bytes(): Uint8Array {
    return Uint8Array.prototype.slice.call(this.buffer, 0, this.length);
  }

  /** What was written, in place: it lasts until the next `reset`. */
  written(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }

  reset(): void {
    this.length = 0;
  }

  /** @returns false, with nothing written, for a text that is not ASCII */
  private shortText(value: string): boolean {
    const chars = value.length;
    this.room(chars + 1);
    const { buffer, length } = this;
    for (let i = 0; i < chars; i++) {
      const code = value.charCodeAt(i);
      if (code >= 0x80) return false;
      buffer[length + 1 + i] = code;
    }
    buffer[length] = chars; // below 0x80: one byte, as `count` would write it
    this.length += chars + 1;
    return true;
  }

  private room(bytes: number): void {
    if (this.length + bytes <= this.buffer.length) return;
    const larger = Buffer.alloc(Math.max(this.buffer.length * 2, this.length + bytes));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
    this.view = viewOf(larger);
  }
}

const viewOf = ({ buffer, byteOffset, length }: Buffer): DataView => new DataView(buffer, byteOffset, length);

/** Reads what StateWriter wrote. @throws AppError REK_SNAPSHOT_INVALID past the end or on an impossible value */
export class StateReader {
  private at = 0;
  private readonly buffer: Buffer;
  private readonly view: DataView;

  constructor(bytes: Uint8Array) {
    this.buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.view = viewOf(this.buffer);
  }

  get exhausted(): boolean {
    return this.at === this.buffer.length;
  }

  count(): number {
    this.need(1);
    const first = this.buffer[this.at]!;
    if (first < 0x80) {
      this.at++;
      return first;
    }
    let value = 0;
    let scale = 1;
    for (;;) {
      this.need(1);
      const byte = this.buffer[this.at++]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
      scale *= 0x80;
      if (scale > 2 ** 49) throw invalid('an integer is too long');
    }
    if (value > Number.MAX_SAFE_INTEGER) throw invalid('an integer is too large');
    return value;
  }

  /** A count that says how many parts of at least `bytesEach` follow: checked against what is left. */
  size(bytesEach: number): number {
    const size = this.count();
    this.need(size * bytesEach);
    return size;
  }

  signed(): number {
    const value = this.count();
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
  }

  f64(): number {
    this.need(8);
    this.at += 8;
    return this.view.getFloat64(this.at - 8, true);
  }

  f32(): number {
    this.need(4);
    this.at += 4;
    return this.view.getFloat32(this.at - 4, true);
  }

  u8(): number {
    this.need(1);
    return this.buffer[this.at++]!;
  }

  /** In place: they last as long as the bytes that are read. */
  u8s(n: number): Uint8Array {
    this.need(n);
    this.at += n;
    return this.buffer.subarray(this.at - n, this.at);
  }

  u32(): number {
    this.need(4);
    this.at += 4;
    return this.view.getUint32(this.at - 4, true);
  }

  text(): string {
    const bytes = this.size(1);
    this.at += bytes;
    return this.buffer.toString('utf8', this.at - bytes, this.at);
  }

  counts(n: number): number[] {
    const values: number[] = [];
    for (let i = 0; i < n; i++) values.push(this.count());
    return values;
  }

  f64s(n: number): number[] {
    const values: number[] = [];
    for (let i = 0; i < n; i++) values.push(this.f64());
    return values;
  }

  f32s(n: number): number[] {
    const values: number[] = [];
    for (let i = 0; i < n; i++) values.push(this.f32());
    return values;
  }

  u32s(n: number): number[] {
    const values: number[] = [];
    for (let i = 0; i < n; i++) values.push(this.u32());
    return values;
  }

  series(n: number): number[] {
    const values: number[] = [];
    let before = 0;
    for (let i = 0; i < n; i++) values.push((before += this.signed()));
    return values;
  }

  texts(n: number): string[] {
    const values: string[] = [];
    for (let i = 0; i < n; i++) values.push(this.text());
    return values;
  }

  private need(bytes: number): void {
    if (this.at + bytes > this.buffer.length) throw invalid('it ends too early');
  }
}

export function invalid(why: string): AppError {
  return new AppError('REK_SNAPSHOT_INVALID', `not a state this version can read: ${why}`);
}
