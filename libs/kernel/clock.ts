/** Time as an argument: shells read a Clock, folds never do (invariant I4). */
export interface Clock {
  /** Wall clock, milliseconds since the Unix epoch. */
  now(): number;
  /** Milliseconds that only grow; for leases, timeouts and latencies. */
  monotonic(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};

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
