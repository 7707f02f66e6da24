/**
 * Publishes what changed in the model. Each append names the delta before it, so that a second learner that
 * believes it is the writer is refused by the stream itself. A delta that was not acknowledged stays queued and is sent again
 * under the same message id before newer ones. It may have landed nevertheless, and the stream forgets message ids before long: what
 * a refusal means is told by the last delta, which names its writer.
 *
 * One delta is drained, and sent, before the next: a long catch-up leaves dozens, and everything else waits while one is drained. What
 * is not drained yet stays in the model.
 */
import { AppError } from '#kernel';
import type { OnlineModel } from '#learning';
import type { LogTopology } from '#log';

/** Two learners that know the same publish the same bytes: only the name tells whose they are. */
const WRITER_HEADER = 'Rekappa-Writer';

interface Delta {
  readonly payload: Uint8Array;
  readonly messageId: string;
}

export class DeltaPublisher {
  /** MODEL sequence of the last delta. */
  lastSequence = 0;
  /** Drained, and not acknowledged yet. */
  private waiting: Delta | undefined;
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
   * Until replicas know everything.
   * @param model asked for anew before each delta: another one may take over meanwhile
   * @throws AppError REK_STALE_EPOCH another learner publishes: stop; retryable codes when the log is away: the
   * delta stays queued
   */
  async publish(model: () => OnlineModel): Promise<void> {
    for (let next = this.next(model()); next; next = this.next(model())) {
      if (!(await this.append(next))) continue;
      this.waiting = undefined;
      this.published(next.payload.byteLength);
    }
  }

  /** Nothing new is drained while an old one waits. */
  private next(model: OnlineModel): Delta | undefined {
    if (this.waiting) return this.waiting;
    const payload = model.drainDelta();
    return (this.waiting = payload && { payload, messageId: `${this.writerId}/${this.serial++}` });
  }

  /** @returns whether it is stored; if not, it was refused for a delta of ours that had landed, and continues that one now */
  private async append({ payload, messageId }: Delta): Promise<boolean> {
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
    this.waiting = undefined;
  }
}

/** The log is away for now; anything else means that this learner must not go on. */
export function isTransient(error: unknown): boolean {
  return error instanceof AppError && error.retryable;
}
