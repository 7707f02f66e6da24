/**
 * What a model's lists are like beside being right: how much of the catalogue they show, how evenly, how unfamiliar and how
 * varied. Kept per model over the first k of its lists, in memory of one number an item.
 */
import { intraListDiversity, type ItemDistance } from '#ranking';

export interface ExposureRow {
  readonly name: string;
  /** Share of the catalogue that stood in at least one list (Herlocker et al. 2004, "coverage"). */
  readonly coverage: number;
  /** Gini coefficient of exposures over the catalogue: 0 all alike, 1 one item has all (Shani & Gunawardana 2011). */
  readonly gini: number;
  /** Mean self-information of the items shown, bits: −log2 of the share of interactions (Zhou et al. 2010, Castells 2011). */
  readonly novelty: number;
  /** Mean distance of the pairs of a list (Smyth & McClave 2001; Ziegler et al. 2005); NaN when nothing tells items apart. */
  readonly diversity: number;
}

/** Share of all interactions so far that were with this item, smoothed so that it is above 0. */
export type ItemShare = (itemId: string) => number;

export class ExposureTally {
  private readonly shown = new Map<string, number>();
  private exposures = 0;
  private information = 0;
  private distances = 0;
  private measured = 0;

  constructor(
    readonly name: string,
    private readonly share: ItemShare,
    private readonly distance?: ItemDistance,
  ) {}

  /** One list, cut to what is shown. @param pairs whether its diversity is measured: it takes k²/2 distances */
  add(itemIds: readonly string[], pairs = true): void {
    for (const id of itemIds) {
      this.shown.set(id, (this.shown.get(id) ?? 0) + 1);
      this.information -= Math.log2(this.share(id));
    }
    this.exposures += itemIds.length;
    if (!pairs || !this.distance) return;
    const diversity = intraListDiversity(itemIds, this.distance);
    if (Number.isNaN(diversity)) return;
    this.distances += diversity;
    this.measured++;
  }

  /** @param catalogue items that could have been shown; items that it does not know count as well */
  row(catalogue: number): ExposureRow {
    const items = Math.max(catalogue, this.shown.size);
    return {
      name: this.name,
      coverage: this.shown.size / items,
      gini: gini([...this.shown.values()], items),
      novelty: this.information / this.exposures,
      diversity: this.distances / this.measured,
    };
  }
}

/** G = Σ (2i − n − 1) x_i / (n Σ x), x ascending; `n` counts the items that have nothing too. NaN when nobody has. */
export function gini(counts: readonly number[], n = counts.length): number {
  const ascending = Float64Array.from(counts).sort();
  const empty = n - ascending.length;
  let [weighted, total] = [0, 0];
  ascending.forEach((x, i) => {
    weighted += (2 * (empty + i + 1) - n - 1) * x;
    total += x;
  });
  return weighted / (n * total);
}
