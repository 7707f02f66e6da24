/**
 * How good the order of one list is, at ten places (of a shorter list at all of its own): what libs/evaluation measures of whole lists, here of
 * runs of equal predictions, from the best on. A run shares its places: each value is the mean over all orders of its items (McSherry & Najork, ECIR 2008).
 */
export const LIST_METRICS = ['ndcg', 'precision', 'recall', 'f1', 'hit', 'mrr'] as const;
export type ListMetric = (typeof LIST_METRICS)[number];

const CUTOFF = 10;

export class ListMetrics {
  private readonly sums = new Float64Array(LIST_METRICS.length);
  private lists = 0;
  /** Of the list at hand: items so far, clicks, clicks expected in the first places, discounted ones, and the chance of none so far. */
  private rank = 0;
  private clicks = 0;
  private hits = 0;
  private gain = 0;
  private none = 1;
  private noneAtAll = 1;
  private reciprocal = 0;

  /** The next run of the list. @param clicked of its items */
  run(items: number, clicked: number): void {
    let places = 0;
    let left = this.noneAtAll;
    for (let i = 0; i < items; i++) {
      const rank = this.rank + i;
      places += discount(rank);
      // Of the run's items that are left, this one is the first clicked of all with this chance.
      const chance = Math.min(1, clicked / (items - i));
      this.reciprocal += (left * chance) / (rank + 1);
      left *= 1 - chance;
      if (rank < CUTOFF) this.none = left;
    }
    this.noneAtAll = left;
    this.gain += (clicked * places) / items;
    this.hits += (clicked * Math.max(0, Math.min(items, CUTOFF - this.rank))) / items;
    this.clicks += clicked;
    this.rank += items;
  }

  /** The list is over; it has a click. */
  end(): void {
    const { clicks, hits } = this;
    const places = Math.min(CUTOFF, this.rank);
    let ideal = 0;
    for (let rank = 0; rank < clicks; rank++) ideal += discount(rank);
    const values = [
      this.gain / ideal,
      hits / places,
      hits / clicks,
      (2 * hits) / (places + clicks),
      1 - this.none,
      this.reciprocal,
    ];
    values.forEach((value, i) => (this.sums[i]! += value));
    this.lists++;
    this.rank = this.clicks = this.hits = this.gain = this.reciprocal = 0;
    this.none = this.noneAtAll = 1;
  }

  /** Means over the lists; null while there are none. */
  means(): Record<ListMetric, number | null> {
    const entries = LIST_METRICS.map((name, i) => [name, this.lists > 0 ? this.sums[i]! / this.lists : null]);
    return Object.fromEntries(entries) as Record<ListMetric, number | null>;
  }
}

function discount(rank: number): number {
  return rank < CUTOFF ? 1 / Math.log2(rank + 2) : 0;
}
