/** How varied a list is: the mean distance of its pairs (Smyth & McClave 2001; Ziegler et al. 2005). */
import type { Catalogue } from '#catalogue';

/** 0 alike .. 1 nothing in common; undefined when it cannot be told. */
export type ItemDistance = (a: string, b: string) => number | undefined;

/** By their embeddings where both have one, else by their categories; undefined where the catalogue does not have both. */
export function itemDistance(catalogue: Pick<Catalogue, 'get'>): ItemDistance {
  return (a, b) => {
    const [left, right] = [catalogue.get(a), catalogue.get(b)];
    if (!left || !right) return undefined;
    if (left.embedding && right.embedding) return cosineDistance(left.embedding, right.embedding);
    return jaccardDistance(left.categories, right.categories);
  };
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
