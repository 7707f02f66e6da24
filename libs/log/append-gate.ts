/**
 * Holds appends back after each (re)connect until the end of the stream is known to be sound. A NATS 2.9 that was killed and finds a
 * damaged record in its last block goes on behind it, and acknowledges appends that nobody can read any more, before and after
 * its next start. Looking first costs one or two requests a connection, and nothing an append.
 */
import { AppError } from '#kernel';
import { linkOf, type Link, type NatsConnection } from './nats-connection.js';

interface Waiting {
  go(): void;
  refuse(reason: unknown): void;
}

export class AppendGate {
  private readonly link: Link;
  private readonly waiting: Waiting[] = [];
  private open = false;
  private looking = false;
  /** How often the connection was lost: a look from before says nothing about now. */
  private losses = 0;

  /** @param look throws why nothing may be appended */
  constructor(
    connection: NatsConnection,
    private readonly waitingMax: number,
    private readonly look: () => Promise<void>,
  ) {
    this.link = linkOf(connection);
    this.link.subscribe((up) => {
      if (up) return;
      this.open = false;
      this.losses++;
    });
  }

  /** Appends that wait for the look. */
  get length(): number {
    return this.waiting.length;
  }

  /**
   * Appends in the order of the calls, as soon as that is safe.
   * @throws AppError REK_LOG_UNREADABLE, REK_LOG_UNAVAILABLE when the look fails, REK_OVERLOADED when too many wait for it
   */
  pass(append: () => Promise<number>): Promise<number> {
    if (this.open || !this.link.up) return append();
    if (this.waiting.length >= this.waitingMax)
      return Promise.reject(
        new AppError('REK_OVERLOADED', `${this.waiting.length} appends wait for the log to be looked at`),
      );
    return new Promise((resolve, reject) => {
      this.waiting.push({ go: () => void append().then(resolve, reject), refuse: reject });
      if (!this.looking) void this.settle();
    });
  }

  private async settle(): Promise<void> {
    this.looking = true;
    const { losses } = this;
    const refusal = await this.look().then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    this.looking = false;
    this.open = !refusal && losses === this.losses;
    const lost = new AppError('REK_LOG_UNAVAILABLE', 'the connection to NATS was lost before the append');
    for (const { go, refuse } of this.waiting.splice(0)) {
      if (this.open) go();
      else refuse(refusal ? refusal.error : lost);
    }
  }
}
