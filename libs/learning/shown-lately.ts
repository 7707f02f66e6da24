/**
 * What the newest samples showed, of all that there is: what libs/evaluation says of a model's lists, here of the lists that were shown.
 *
 *     coverage   share of the items with statistics that were shown
 *     Gini       of the exposures over them: 0 all alike, 1 one item has all (Shani & Gunawardana 2011)
 *     novelty    mean −log2 of the share of clicks so far that were on the item, plus one for each item, bits (Zhou et al., PNAS 2010)
 */
import type { ItemStatistics } from './item-statistics.js';

export interface ShownReport {
  /** Null while nothing was shown. */
  readonly coverage: number | null;
  readonly gini: number | null;
  readonly novelty: number | null;
}

export class ShownLately {
  private readonly items: Float64Array;
  private samples = 0;

  /** @param window samples that count */
  constructor(private readonly window: number) {
    this.items = new Float64Array(window);
  }

  record(itemKey: number): void {
    this.items[this.samples++ % this.window] = itemKey;
  }

  report(statistics: Pick<ItemStatistics, 'items' | 'clicks' | 'totalClicks'>): ShownReport {
    const exposures = Math.min(this.samples, this.window);
    if (exposures === 0 || statistics.items === 0) return { coverage: null, gini: null, novelty: null };
    const counts = new Map<number, number>();
    for (let i = 0; i < exposures; i++) counts.set(this.items[i]!, (counts.get(this.items[i]!) ?? 0) + 1);
    const items = Math.max(statistics.items, counts.size);
    let information = 0;
    for (const [item, count] of counts)
      information -= count * Math.log2((statistics.clicks(item) + 1) / (statistics.totalClicks + items));
    return {
      coverage: counts.size / items,
      gini: gini([...counts.values()], items),
      novelty: information / exposures,
    };
  }
}

/** @param items of all, those that were never shown included */
function gini(counts: number[], items: number): number {
  counts.sort((a, b) => a - b);
  const never = items - counts.length;
  let total = 0;
  let weighted = 0;
  counts.forEach((count, i) => {
    total += count;
    weighted += (never + i + 1) * count;
  });
  return (2 * weighted) / (items * total) - (items + 1) / items;
}
