/**
 * Puts what cannot be folded into the dead stream, beside the fold: bounded, retried, counted, a few at a time. Who folds
 * waits for room before a step, so that no flood of them is lost, and who saves a position until the letters of what lies before it
 * have landed: a host that is killed takes those under way with it, and its successor puts again what lies behind the
 * checkpoint.
 *
 * While the dead stream takes nothing, positions are not saved for as long as a letter is retried. Then letters are dropped and
 * counted, and positions are saved again: recovery must not take ever longer for their sake. The entries themselves stay in LOG.
 */
import { AppError, retry, sleep } from '#kernel';
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
/** The stream has taken none for so long: who waits for letters to land comes back later. */
export const REFUSED_MS = 5_000;
const LOOK_MS = 20;

export interface DeadLetter {
  readonly reason: Rejection;
  readonly source: DeadLetterSource;
  readonly raw: unknown;
}

export class DeadLetterQueue {
  private queue: DeadLetter[] = [];
  /** Of the queue: taken already. Shifting a long array would move the rest each time. */
  private taken = 0;
  /** Letters by their number, from 1, in the order they were put: so the first is the oldest that has not landed. */
  private readonly underWay = new Set<number>();
  private begun = 0;
  private waiting = 0;
  /** When the stream took a letter, or there was none to take, on performance.now(). */
  private tookAt = performance.now();
  /** A letter was dropped, and none has been taken since its first try: more will be dropped. */
  private dropping = false;
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
    if (this.waiting++ === 0) this.moved();
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

  /**
   * Resolves when all that was put before is stored or dropped, or the stream refuses for so long that letters are dropped.
   * @throws AppError REK_LOG_UNAVAILABLE when it takes none, and they are still retried
   */
  async landed(): Promise<void> {
    const newest = this.begun + this.queue.length - this.taken;
    while (this.oldest <= newest && !this.dropping) {
      if (performance.now() - this.tookAt > REFUSED_MS)
        throw new AppError(
          'REK_LOG_UNAVAILABLE',
          `the dead stream takes nothing, and ${this.waiting} letters wait for it`,
        );
      await sleep(LOOK_MS);
    }
  }

  /** Number of the oldest letter that is neither stored nor dropped; one to come when there is none. */
  private get oldest(): number {
    for (const number of this.underWay) return number;
    return this.begun + 1;
  }

  private moved(): void {
    this.tookAt = performance.now();
    this.dropping = false;
  }

  private atMost(most: number): Promise<void> {
    if (this.waiting <= most) return Promise.resolve();
    return new Promise((resolve) => this.watchers.push({ most, resolve }));
  }

  private next(): void {
    while (this.underWay.size < CONCURRENT_MAX && this.taken < this.queue.length)
      void this.store(this.queue[this.taken++]!, ++this.begun);
    if (2 * this.taken < this.queue.length) return;
    this.queue = this.queue.slice(this.taken);
    this.taken = 0;
  }

  private async store(letter: DeadLetter, number: number): Promise<void> {
    this.underWay.add(number);
    const since = performance.now();
    try {
      await retry(() => this.letters.put({ where: this.where, ...letter }), {
        attempts: ATTEMPTS,
        baseMs: RETRY_BASE_MS,
        capMs: RETRY_CAP_MS,
      });
      this.moved();
    } catch (error) {
      this.dropping ||= this.tookAt <= since;
      this.dropped(letter, error);
    }
    this.underWay.delete(number);
    this.waiting--;
    this.next();
    const due = this.watchers.filter(({ most }) => this.waiting <= most);
    if (due.length > 0) this.watchers = this.watchers.filter(({ most }) => this.waiting > most);
    for (const { resolve } of due) resolve();
  }
}
