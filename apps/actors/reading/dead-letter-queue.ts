/**
 * Puts what cannot be folded into the dead stream, beside the fold: bounded, retried, counted. While the log is
 * away long enough to fill it, letters are dropped and counted; the entries themselves stay in LOG.
 */
import { AppError, retry } from '#kernel';
import type { Rejection } from '#events';
import type { DeadLetters, DeadLetterSource } from '#log';

export const WAITING_MAX = 2_000;
const ATTEMPTS = 20;
const RETRY_BASE_MS = 100;
const RETRY_CAP_MS = 2_000;

export interface DeadLetter {
  readonly reason: Rejection;
  readonly source: DeadLetterSource;
  readonly raw: unknown;
}

export class DeadLetterQueue {
  private last: Promise<unknown> = Promise.resolve();
  private waiting = 0;

  constructor(
    private readonly letters: DeadLetters,
    private readonly where: string,
    private readonly counted: (code: string) => void,
    /** A letter could not be stored. */
    private readonly dropped: (letter: DeadLetter, error: unknown) => void,
  ) {}

  put(letter: DeadLetter): void {
    this.counted(letter.reason.code);
    if (this.waiting >= WAITING_MAX)
      return this.dropped(letter, new AppError('REK_OVERLOADED', `${WAITING_MAX} dead letters wait`));
    this.waiting++;
    this.last = this.last.then(() => this.store(letter));
  }

  /** Resolves when all that was put is stored or dropped. */
  async flush(): Promise<void> {
    await this.last;
  }

  private async store(letter: DeadLetter): Promise<void> {
    try {
      await retry(() => this.letters.put({ where: this.where, ...letter }), {
        attempts: ATTEMPTS,
        baseMs: RETRY_BASE_MS,
        capMs: RETRY_CAP_MS,
      });
    } catch (error) {
      this.dropped(letter, error);
    } finally {
      this.waiting--;
    }
  }
}
