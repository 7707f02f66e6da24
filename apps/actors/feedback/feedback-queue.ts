/**
 * From folded frames to messages of `feedback.<p>`; pure. A queue per partition and epoch.
 *
 * Exactly once in effect: a message says how far its writer had folded (`through`, and `part` inside a frame
 * whose records fill several messages, see libs/events/feedback.ts). A new owner folds again from a checkpoint
 * that is older than that; what `through` and `part` cover is left out here, and because the fold is
 * deterministic that is exactly what was emitted before.
 */
import { FEEDBACK_PART_RECORDS, type Absorb, type RecordRun } from '#events';
import type { LogPosition } from '#kernel';

/** Records and bytes of one message, a single frame's part excepted (that is at most 256 records). */
export const MESSAGE_RECORDS_MAX = 1_024;
export const MESSAGE_BYTES_MAX = 256 * 1024;

/** How far the feedback of a partition has been emitted. */
export interface EmittedMark {
  readonly through: LogPosition;
  readonly part: number;
}

export interface FoldedFrame {
  readonly position: LogPosition;
  readonly records: RecordRun;
  /** Other log entries that the frame causes; they must be stored before its first record. */
  readonly effects: readonly Absorb[];
}

export interface FeedbackMessage extends EmittedMark {
  readonly records: readonly RecordRun[];
  readonly effects: readonly Absorb[];
}

export class FeedbackQueue {
  private readonly frames: FoldedFrame[] = [];
  /** Records of the first frame that are taken already. */
  private taken = 0;
  private skipParts: number;
  private through: LogPosition;
  private committedSequence: number;
  private queuedBytes = 0;

  constructor(emitted: EmittedMark) {
    this.through = emitted.through;
    this.skipParts = emitted.part;
    this.committedSequence = emitted.through.sequence;
  }

  /** Log sequence up to which everything was committed; frames up to it are not wanted again. */
  get committed(): number {
    return this.committedSequence;
  }

  get bytes(): number {
    return this.queuedBytes;
  }

  /** Sequence of the oldest frame that is not wholly taken; undefined when none waits. */
  get oldest(): number | undefined {
    return this.frames[0]?.position.sequence;
  }

  commit(frame: FoldedFrame): void {
    const { sequence } = frame.position;
    if (sequence <= this.committedSequence) return;
    this.committedSequence = sequence;
    if (frame.records.count === 0 && frame.effects.length === 0) return;
    this.frames.push(frame);
    this.queuedBytes += frame.records.byteLength;
    if (frame.records.count > 0) this.skipEmittedParts(frame);
  }

  /** The next message to append; undefined when there is none. */
  take(): FeedbackMessage | undefined {
    const first = this.frames[0];
    if (!first) return undefined;
    return first.records.count - this.taken > FEEDBACK_PART_RECORDS
      ? this.takePart(first)
      : this.takeFrames();
  }

  private takePart(frame: FoldedFrame): FeedbackMessage {
    const effects = this.taken === 0 ? frame.effects : [];
    const records = frame.records.slice(this.taken, (this.taken += FEEDBACK_PART_RECORDS));
    this.queuedBytes -= records.byteLength;
    return { through: this.through, part: this.taken / FEEDBACK_PART_RECORDS, records: [records], effects };
  }

  /** What is left of the first frame, and as many whole frames behind it as fit. */
  private takeFrames(): FeedbackMessage {
    const records: RecordRun[] = [];
    const effects: Absorb[] = [];
    let count = 0;
    let bytes = 0;
    while (this.frames.length > 0) {
      const frame = this.frames[0]!;
      const rest = frame.records.slice(this.taken);
      const fits =
        rest.count <= FEEDBACK_PART_RECORDS &&
        count + rest.count <= MESSAGE_RECORDS_MAX &&
        bytes + rest.byteLength <= MESSAGE_BYTES_MAX;
      if (!fits && (count > 0 || effects.length > 0)) break;
      records.push(rest);
      if (this.taken === 0) effects.push(...frame.effects);
      count += rest.count;
      bytes += rest.byteLength;
      this.through = frame.position;
      this.taken = 0;
      this.frames.shift();
    }
    this.queuedBytes -= bytes;
    return { through: this.through, part: 0, records, effects };
  }

  /** The first frame with records after the mark is the one whose first parts a former owner emitted. */
  private skipEmittedParts(frame: FoldedFrame): void {
    if (this.skipParts === 0) return;
    this.taken = this.skipParts * FEEDBACK_PART_RECORDS;
    this.queuedBytes -= frame.records.slice(0, this.taken).byteLength;
    this.skipParts = 0;
  }
}
