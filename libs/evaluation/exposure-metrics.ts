/**
 * What a model's lists are like beside being right: how much of the catalogue they show, how evenly, how unfamiliar and how
 * varied. Kept per model over the first k of its lists, in memory of one number an item.
 */
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

/** 0 alike .. 1 nothing in common; undefined when it cannot be told. */
export type ItemDistance = (a: string, b: string) => number | undefined;

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

/** Mean distance over the pairs of a list whose distance is known. NaN without any. */
export function intraListDiversity(itemIds: readonly string[], distance: ItemDistance): number {
  let [sum, pairs] = [0, 0];
  for (let i = 1; i < itemIds.length; i++)
    for (let j = 0; j < i; j++) {
      const d = distance(itemIds[i]!, itemIds[j]!);
      if (d === undefined) continue;
      sum += d;
      pairs++;
    }
  return sum / pairs;
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

/** 1 − |A ∩ B| / |A ∪ B| (Jaccard 1901); undefined when both are empty. */
export function jaccardDistance(a: readonly string[], b: readonly string[]): number | undefined {
  let common = 0;
  for (const label of a) if (b.includes(label)) common++;
  const union = a.length + b.length - common;
  return union === 0 ? undefined : 1 - common / union;
}

/** 1 − cosine, cut to 0..1; undefined for vectors of different length or without direction. */
export function cosineDistance(a: ArrayLike<number>, b: ArrayLike<number>): number | undefined {
  if (a.length !== b.length || a.length === 0) return undefined;
  let [dot, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    aa += a[i]! ** 2;
    bb += b[i]! ** 2;
  }
  if (!(aa > 0 && bb > 0)) return undefined;
  return Math.min(1, Math.max(0, 1 - dot / Math.sqrt(aa * bb)));
}
