/**
 * Publishes what changed in the model. Each append names the delta before it, so that a second learner that
 * believes it is the writer is refused by the stream itself. A delta that was not acknowledged stays queued and is sent again
 * under the same message id before newer ones. It may have landed nevertheless, and the stream forgets message ids before long: what
 * a refusal means is told by the last delta, which names its writer.
 */
import { AppError } from '#kernel';
import type { OnlineModel } from '#learning';
import type { LogTopology } from '#log';

/** Two learners that know the same publish the same bytes: only the name tells whose they are. */
const WRITER_HEADER = 'Rekappa-Writer';

interface QueuedDelta {
  readonly payload: Uint8Array;
  readonly messageId: string;
}

export class DeltaPublisher {
  /** MODEL sequence of the last delta. */
  lastSequence = 0;
  private queue: QueuedDelta[] = [];
  private serial = 0;
  private readonly subject: string;

  constructor(
    private readonly topology: LogTopology,
    name: string,
    private readonly writerId: string,
    private readonly published: (bytes: number) => void,
  ) {
    this.subject = topology.subjects.delta(name);
  }

  async open(): Promise<void> {
    this.lastSequence = (await this.topology.model.last(this.subject))?.sequence ?? 0;
  }

  /**
   * @throws AppError REK_STALE_EPOCH another learner publishes: stop; retryable codes when the log is away: the
   * deltas stay queued
   */
  async publish(model: OnlineModel): Promise<void> {
    // Nothing new is taken while old ones wait: the queue is bounded by what one model can hold.
    if (this.queue.length === 0) {
      for (let payload = model.drainDelta(); payload; payload = model.drainDelta())
        this.queue.push({ payload, messageId: `${this.writerId}/${this.serial++}` });
    }
    for (let next = this.queue[0]; next; next = this.queue[0]) {
      if (!(await this.append(next))) continue;
      this.queue.shift();
      this.published(next.payload.byteLength);
    }
  }

  /** @returns whether it is stored; if not, it was refused for a delta of ours that had landed, and continues that one now */
  private async append({ payload, messageId }: QueuedDelta): Promise<boolean> {
    try {
      this.lastSequence = await this.topology.model.append(this.subject, payload, {
        messageId,
        expectedLastSubjectSequence: this.lastSequence,
        headers: { [WRITER_HEADER]: this.writerId },
      });
      return true;
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'REK_STALE_EPOCH') throw error;
      const last = await this.topology.model.last(this.subject);
      const landed = last?.header(WRITER_HEADER) === this.writerId && last.sequence > this.lastSequence;
      if (!landed) throw error;
      this.lastSequence = last.sequence;
      return Buffer.compare(last.payload, payload) === 0;
    }
  }

  /** Drops what waits: another model took over, and its replicas start from a snapshot. */
  discard(): void {
    this.queue = [];
  }
}

/** The log is away for now; anything else means that this learner must not go on. */
export function isTransient(error: unknown): boolean {
  return error instanceof AppError && error.retryable;
}
