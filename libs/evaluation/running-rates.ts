/**
 * Running click rates by single keys, the baselines of click prediction: (clicks + m·p̄) / (shown + m), with p̄ the running
 * overall rate. One key a dimension; the first one of every sample is the same, so that it is the overall rate itself.
 */
const PRIOR_SHOWN = 10;
const FIRST = { shown: 2, clicked: 1 };

interface Counts {
  shown: number;
  clicked: number;
}

export class RunningRates {
  readonly names: readonly string[];
  private readonly all: Counts = { ...FIRST };
  private readonly counts: Map<string, Counts>[];

  constructor(dimensions: readonly string[]) {
    this.names = dimensions.map((name) => `${name} rate`);
    this.counts = dimensions.map(() => new Map());
  }

  /** @param keys one a dimension */
  read(keys: readonly string[]): number[] {
    const overall = this.all.clicked / this.all.shown;
    return keys.map((key, d) => {
      const own = this.counts[d]!.get(key);
      return own ? (own.clicked + PRIOR_SHOWN * overall) / (own.shown + PRIOR_SHOWN) : overall;
    });
  }

  add(keys: readonly string[], clicked: boolean): void {
    const step = clicked ? 1 : 0;
    this.all.shown++;
    this.all.clicked += step;
    keys.forEach((key, d) => {
      const own = this.counts[d]!.get(key);
      if (!own) return void this.counts[d]!.set(key, { shown: 1, clicked: step });
      own.shown++;
      own.clicked += step;
    });
  }
}
