/** Feedback records as messages hold them, back to back in one buffer: thousands of small ones wait until the log has taken them. */
import { assembleFeedbackBatch, recordBytes, viewOf, writeRecord } from './feedback-codec.js';
import { FEEDBACK_PART_RECORDS, type FeedbackBatch, type FeedbackRecord, type Outcome } from './feedback.js';
import { compactBytesMax, sharedWith, writeCompact, writeContinued } from './outcome-codec.js';

const FIRST_BYTES = 4_096;

/** Records `from` .. `to` − 1 of a buffer. The first one continues none: runs are cut at multiples of FEEDBACK_PART_RECORDS. */
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

/** Gathers records, each in its place behind the one before. They must stay as they are until they are taken or dropped. */
export class RecordWriter {
  private buffer = Buffer.allocUnsafe(FIRST_BYTES);
  private view = viewOf(this.buffer);
  private length = 0;
  private ends: number[] = [];
  /** The record added last, when the next one may continue it. */
  private before: Outcome | undefined;

  add(record: FeedbackRecord): void {
    const { length } = this;
    this.reserve(length + (record.kind === 'outcome' ? compactBytesMax(record) : recordBytes(record)));
    if (record.kind === 'outcome') {
      const shared = this.before && !this.beginsPart ? sharedWith(this.before, record) : 0;
      this.length =
        shared > 0
          ? writeContinued(this.view, length, record, shared)
          : writeCompact(this.view, length, record);
      this.before = record;
    } else {
      this.length = writeRecord(this.view, length, record);
      this.before = undefined;
    }
    this.ends.push(this.length);
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
    this.before = undefined;
  }

  /** A message may begin with this record: it continues none. */
  private get beginsPart(): boolean {
    return this.ends.length % FEEDBACK_PART_RECORDS === 0;
  }

  private reserve(least: number): void {
    if (least <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(least, this.buffer.length * 2));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
    this.view = viewOf(larger);
  }
}

export function encodeFeedbackBatch(batch: FeedbackBatch): Buffer {
  const writer = new RecordWriter();
  for (const record of batch.records) writer.add(record);
  const run = writer.take();
  return assembleFeedbackBatch(batch, run.count, [run.bytes]);
}
