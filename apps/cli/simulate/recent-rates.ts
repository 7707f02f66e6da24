/** Counts of shown and clicked items by second, to compare the first minute with the last. */
export class RecentRates {
  private readonly seconds: { shown: number; clicked: number }[] = [];
  private readonly spanSeconds: number;

  /** @param spanSeconds length of the first and of the last window. */
  constructor(spanSeconds = 60) {
    this.spanSeconds = spanSeconds;
  }

  /** @param second whole seconds since the start */
  record(second: number, shown: number, clicked: number): void {
    while (this.seconds.length <= second) this.seconds.push({ shown: 0, clicked: 0 });
    const bucket = this.seconds[second]!;
    bucket.shown += shown;
    bucket.clicked += clicked;
  }

  /** Clicks per shown item; NaN before anything was shown. */
  overall(): number {
    return rate(this.seconds);
  }

  first(): number {
    return rate(this.seconds.slice(0, this.spanSeconds));
  }

  last(): number {
    return rate(this.seconds.slice(-this.spanSeconds));
  }
}

function rate(buckets: readonly { shown: number; clicked: number }[]): number {
  let shown = 0;
  let clicked = 0;
  for (const bucket of buckets) {
    shown += bucket.shown;
    clicked += bucket.clicked;
  }
  return clicked / shown;
}
