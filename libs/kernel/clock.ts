/** Time as an argument: shells read a Clock, folds never do (invariant I4). */
export interface Clock {
  /** Wall clock, whole milliseconds since the Unix epoch. */
  now(): number;
  /** Milliseconds that only grow; for leases, timeouts and latencies. */
  monotonic(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};

/**
 * A clock that does not jump: the time that somebody else told, plus what the monotonic clock has counted since. Until it is told anything,
 * the wall clock.
 */
export class ToldClock implements Clock {
  private told: { now: number; at: number } | undefined;

  constructor(private readonly own: Clock = systemClock) {}

  /**
   * @param now wall clock of whoever tells, ms
   * @param at on our monotonic clock, when it was not earlier than that, ms
   */
  tell(now: number, at: number): void {
    this.told = { now, at };
  }

  now(): number {
    if (!this.told) return this.own.now();
    return Math.floor(this.told.now + this.own.monotonic() - this.told.at);
  }

  monotonic(): number {
    return this.own.monotonic();
  }
}

/** The wall clock, and while that has jumped back, what it would be otherwise. */
export class NeverBackClock implements Clock {
  private readonly ahead: number;

  constructor(private readonly own: Clock = systemClock) {
    this.ahead = own.now() - own.monotonic();
  }

  now(): number {
    return Math.floor(Math.max(this.own.now(), this.own.monotonic() + this.ahead));
  }

  monotonic(): number {
    return this.own.monotonic();
  }
}

/** A clock that tests and replays move by hand. */
export class ManualClock implements Clock {
  constructor(private millis = 0) {}
  now(): number {
    return this.millis;
  }
  monotonic(): number {
    return this.millis;
  }
  advance(millis: number): void {
    this.millis += millis;
  }
}
