/** Encoded feedback records back to back in one buffer: thousands of small ones wait until the log has taken them. */
import { recordBytes, writeRecord } from './feedback-codec.js';
import type { FeedbackRecord } from './feedback.js';

const FIRST_BYTES = 4_096;

/** Records `from` .. `to` − 1 of a buffer. */
export class RecordRun {
  private constructor(
    private readonly buffer: Uint8Array,
    /** Where each record of the buffer ends. */
    private readonly ends: readonly number[],
    private readonly from: number,
    private readonly to: number,
  ) {}

  static of(buffer: Uint8Array, ends: readonly number[]): RecordRun {
    return new RecordRun(buffer, ends, 0, ends.length);
  }

  get count(): number {
    return this.to - this.from;
  }

  /** In place. */
  get bytes(): Uint8Array {
    return this.buffer.subarray(this.endOf(this.from - 1), this.endOf(this.to - 1));
  }

  get byteLength(): number {
    return this.endOf(this.to - 1) - this.endOf(this.from - 1);
  }

  /** As of an array: the same bytes, from record `from` of this run on. */
  slice(from: number, to = this.count): RecordRun {
    const start = Math.min(this.from + from, this.to);
    return new RecordRun(this.buffer, this.ends, start, Math.max(start, Math.min(this.from + to, this.to)));
  }

  private endOf(record: number): number {
    return record < 0 ? 0 : this.ends[record]!;
  }
}

/** Gathers records, each in its place behind the one before. */
export class RecordWriter {
  private buffer = Buffer.allocUnsafe(FIRST_BYTES);
  private length = 0;
  private ends: number[] = [];

  add(record: FeedbackRecord): void {
    const end = this.length + recordBytes(record);
    if (end > this.buffer.length) this.grow(end);
    writeRecord(this.buffer, this.length, record);
    this.ends.push((this.length = end));
  }

  /** What was added since the last `take` or `drop`. */
  take(): RecordRun {
    const run = RecordRun.of(Buffer.from(this.buffer.subarray(0, this.length)), this.ends);
    this.drop();
    return run;
  }

  drop(): void {
    this.length = 0;
    this.ends = [];
  }

  private grow(least: number): void {
    const larger = Buffer.allocUnsafe(Math.max(least, this.buffer.length * 2));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }
}
