/**
 * Appends a partition's feedback in order, one message under way at a time: while it is, the folded frames
 * behind it gather into the next message. Partitions proceed concurrently.
 *
 *     begin(frame) → emit/effect … → commit | abort        (synchronous, by the fold)
 *     pump: take message → store its effects → append it, expecting our last one → next
 *
 * A refused append has two readings: our own earlier try had landed although its acknowledgement was lost, or
 * another host has taken over. The last message of the subject tells which; in the second case the emitter
 * stops for good and says so.
 */
import {
  assembleFeedbackBatch,
  decodeFeedbackHeader,
  RecordWriter,
  type Absorb,
  type FeedbackRecord,
} from '#events';
import { AppError, sleep, type LogPosition } from '#kernel';
import type { LogTopology } from '#log';
import type { Fence } from './feedback-fence.js';
import { FeedbackQueue, type FeedbackMessage } from './feedback-queue.js';

/** Encoded records that may wait; a fold that is faster than the log waits for room. */
export const QUEUE_BYTES_MAX = 8 * 1024 * 1024;
const LEASE_LOOK_MS = 10;
const RETRY_BASE_MS = 50;
const RETRY_CAP_MS = 1_000;

export interface EmitterPorts {
  readonly topology: LogTopology;
  /** Whether this host still holds the partition's lease. */
  readonly holds: () => boolean;
  /** Stores an entry in LOG, once, whatever the number of tries. */
  readonly appendEffect: (event: Absorb) => Promise<void>;
  /** Records that count from now on, by kind. */
  readonly counted: (kind: FeedbackRecord['kind'], records: number) => void;
  /** Another host owns the partition, or the log is damaged: nothing more will be emitted. */
  readonly failed: (error: unknown) => void;
  /** An append failed and will be tried again. */
  readonly retrying: (error: unknown) => void;
}

interface OpenFrame {
  kinds: Record<FeedbackRecord['kind'], number>;
  effects: Absorb[];
  /** Emitted before: the records of this frame are not wanted. */
  repeated: boolean;
}

const KINDS = ['exposure', 'outcome', 'sequel', 'engagement'] as const;

function openFrame(repeated: boolean): OpenFrame {
  return { kinds: { exposure: 0, outcome: 0, sequel: 0, engagement: 0 }, effects: [], repeated };
}

export class FeedbackEmitter {
  private readonly queue: FeedbackQueue;
  private open = openFrame(false);
  /** Records of the open frame. */
  private readonly records = new RecordWriter();
  private lastSequence: number;
  private underWay: number | undefined;
  private pumping = false;
  private stopped: unknown;
  private waiting: { sequence: number; resolve: () => void; reject: (error: unknown) => void }[] = [];
  private roomWanted: (() => void)[] = [];

  constructor(
    private readonly partition: number,
    private readonly epoch: number,
    fence: Fence,
    private readonly ports: EmitterPorts,
  ) {
    this.queue = new FeedbackQueue(fence);
    this.lastSequence = fence.lastSequence;
  }

  begin(sequence: number): void {
    this.open = openFrame(sequence <= this.queue.committed);
  }

  emit(record: FeedbackRecord): void {
    if (this.open.repeated) return;
    this.records.add(record);
    this.open.kinds[record.kind]++;
  }

  effect(event: Absorb): void {
    if (!this.open.repeated) this.open.effects.push(event);
  }

  /** The frame is folded: what it emitted counts. */
  commit(position: LogPosition): void {
    const { effects, kinds, repeated } = this.open;
    if (!repeated) this.queue.commit({ position, records: this.records.take(), effects });
    for (const kind of KINDS) if (kinds[kind] > 0) this.ports.counted(kind, kinds[kind]);
    this.abort();
    if (!this.pumping) void this.pump();
  }

  /** The fold failed: what it emitted does not count. */
  abort(): void {
    this.open = openFrame(false);
    this.records.drop();
  }

  /**
   * Resolves when everything committed up to `sequence` is acknowledged.
   * @throws what stopped the emitter
   */
  durable(sequence: number): Promise<void> {
    if (this.stopped !== undefined) return Promise.reject(this.stopped);
    if (this.pendingFrom() > sequence) return Promise.resolve();
    return new Promise((resolve, reject) => this.waiting.push({ sequence, resolve, reject }));
  }

  /** Resolves when the queue has room, or the emitter has stopped. */
  async room(): Promise<void> {
    while (this.queue.bytes > QUEUE_BYTES_MAX && this.stopped === undefined) {
      await new Promise<void>((resolve) => this.roomWanted.push(resolve));
    }
  }

  /** Appends nothing more. */
  stop(reason: unknown = new AppError('REK_LEASE_LOST')): void {
    this.stopped ??= reason;
    for (const { reject } of this.waiting.splice(0)) reject(this.stopped);
    for (const resolve of this.roomWanted.splice(0)) resolve();
  }

  private async pump(): Promise<void> {
    this.pumping = true;
    try {
      for (let message = this.next(); message && this.stopped === undefined; message = this.next()) {
        for (const event of message.effects) await this.ports.appendEffect(event);
        await this.append(message);
        this.underWay = undefined;
        this.wake();
      }
    } catch (error) {
      if (this.stopped === undefined) this.ports.failed(error);
      this.stop(error);
    } finally {
      this.pumping = false;
    }
  }

  private next(): FeedbackMessage | undefined {
    this.underWay = this.queue.oldest;
    return this.queue.take();
  }

  /** Returns when the message is stored. @throws AppError REK_STALE_EPOCH, REK_LEASE_LOST, REK_LOG_DAMAGED */
  private async append(message: FeedbackMessage): Promise<void> {
    const { partition, epoch } = this;
    const { through, part, records } = message;
    const payload = assembleFeedbackBatch(
      { partition, epoch, through, part },
      records.reduce((sum, run) => sum + run.count, 0),
      records.map((run) => run.bytes),
    );
    const subject = this.ports.topology.subjects.feedback(partition);
    for (let attempt = 0; ; attempt++) {
      await this.leased();
      try {
        if (attempt > 0 && (await this.landed(subject, payload))) return;
        this.lastSequence = await this.ports.topology.feedback.append(subject, payload, {
          expectedLastSubjectSequence: this.lastSequence,
        });
        return;
      } catch (error) {
        if (!(error instanceof AppError) || !(error.retryable || error.code === 'REK_STALE_EPOCH'))
          throw error;
        if (error.details?.['deposed']) throw error;
        this.ports.retrying(error);
        if (attempt > 0 || error.code !== 'REK_STALE_EPOCH')
          await sleep(Math.random() * Math.min(RETRY_CAP_MS, RETRY_BASE_MS * 2 ** attempt));
      }
    }
  }

  /** A lease that has run out may still be renewed; until it is known, nothing is written. @throws once stopped */
  private async leased(): Promise<void> {
    for (;;) {
      if (this.stopped !== undefined) throw this.stopped;
      if (this.ports.holds()) return;
      await sleep(LEASE_LOOK_MS);
    }
  }

  /** Whether an earlier try was stored after all. @throws AppError REK_STALE_EPOCH when somebody else wrote */
  private async landed(subject: string, payload: Uint8Array): Promise<boolean> {
    const last = await this.ports.topology.feedback.last(subject);
    if (last?.sequence === this.lastSequence) return false;
    if (last && Buffer.compare(last.payload, payload) === 0) {
      this.lastSequence = last.sequence;
      return true;
    }
    const epoch = last && decodeFeedbackHeader(last.payload).epoch;
    throw new AppError(
      'REK_STALE_EPOCH',
      `feedback.${this.partition} was continued by epoch ${epoch}; this host has ${this.epoch}`,
      { deposed: true },
    );
  }

  /** Sequence of the oldest frame that is not wholly acknowledged. */
  private pendingFrom(): number {
    return this.underWay ?? this.queue.oldest ?? Infinity;
  }

  private wake(): void {
    const from = this.pendingFrom();
    const due = this.waiting.filter(({ sequence }) => sequence < from);
    if (due.length > 0) this.waiting = this.waiting.filter(({ sequence }) => sequence >= from);
    for (const { resolve } of due) resolve();
    if (this.queue.bytes <= QUEUE_BYTES_MAX) for (const resolve of this.roomWanted.splice(0)) resolve();
  }
}
