/**
 * Puts what cannot be folded into the dead stream, beside the fold: bounded, retried, counted, a few at a time. Who folds
 * waits for room before a step, so that no flood of them is lost. While the log is away for longer than a letter is
 * retried, letters are dropped and counted; the entries themselves stay in LOG.
 */
import { AppError, retry } from '#kernel';
import type { Rejection } from '#events';
import type { DeadLetters, DeadLetterSource } from '#log';

/** Beyond it letters are dropped: more than a step of one partition can refuse. */
export const WAITING_MAX = 100_000;
/** With as many waiting there is no room: who folds waits. Their payloads are those of steps, which are bounded. */
export const ROOM = 500;
const CONCURRENT_MAX = 64;
const ATTEMPTS = 20;
const RETRY_BASE_MS = 100;
const RETRY_CAP_MS = 2_000;

export interface DeadLetter {
  readonly reason: Rejection;
  readonly source: DeadLetterSource;
  readonly raw: unknown;
}

export class DeadLetterQueue {
  private queue: DeadLetter[] = [];
  /** Of the queue: taken already. Shifting a long array would move the rest each time. */
  private taken = 0;
  private underWay = 0;
  private waiting = 0;
  private watchers: { readonly most: number; readonly resolve: () => void }[] = [];

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
    this.queue.push(letter);
    this.next();
  }

  /** Resolves when few enough wait that a step may go on. */
  room(): Promise<void> {
    return this.atMost(ROOM);
  }

  /** Resolves when all that was put is stored or dropped. */
  flush(): Promise<void> {
    return this.atMost(0);
  }

  private atMost(most: number): Promise<void> {
    if (this.waiting <= most) return Promise.resolve();
    return new Promise((resolve) => this.watchers.push({ most, resolve }));
  }

  private next(): void {
    while (this.underWay < CONCURRENT_MAX && this.taken < this.queue.length) {
      this.underWay++;
      void this.store(this.queue[this.taken++]!);
    }
    if (2 * this.taken < this.queue.length) return;
    this.queue = this.queue.slice(this.taken);
    this.taken = 0;
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
    }
    this.underWay--;
    this.waiting--;
    this.next();
    const due = this.watchers.filter(({ most }) => this.waiting <= most);
    if (due.length > 0) this.watchers = this.watchers.filter(({ most }) => this.waiting > most);
    for (const { resolve } of due) resolve();
  }
}
