/**
 * Lets event time pass at most `speed` times as fast as the clock. A live system closes attribution windows by ticks, at
 * most one a second: an import of hours in seconds would bring all clicks long before the negatives they belong with.
 * Gaps in the log (a night, or the day between a catalogue and its first list) are not waited for.
 */
/** A longer gap of event time, ms, is skipped. */
export const GAP_MAX_MS = 60_000;

export class Pacer {
  /** Event time that has passed, gaps left out, ms. */
  private passed = 0;
  private last: number | undefined;
  private readonly startedAt: number;

  constructor(
    private readonly speed: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.startedAt = now();
  }

  /** How long to wait before an event of this time, ms. */
  delay(timestamp: number): number {
    const step = this.last === undefined ? 0 : timestamp - this.last;
    this.last = Math.max(this.last ?? timestamp, timestamp);
    if (step > 0 && step <= GAP_MAX_MS) this.passed += step;
    return Math.max(0, this.startedAt + this.passed / this.speed - this.now());
  }
}
