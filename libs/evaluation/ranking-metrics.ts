/**
 * Metrics of one ranked list with binary relevance. `relevance[i]` is 1 when the item at rank i+1 is
 * relevant (clicked), else 0. A list without a relevant item has no defined value: callers leave it out.
 */

/**
 * Normalised discounted cumulative gain: DCG@k = Σ rel_i / log2(i + 1), i from 1, divided by the DCG of the
 * best possible order of the same list (Järvelin and Kekäläinen 2002, binary gain). Result 0..1.
 */
export function ndcgAt(relevance: readonly number[], k: number): number {
  let dcg = 0;
  let relevant = 0;
  for (let i = 0; i < relevance.length; i++) {
    if (!relevance[i]) continue;
    if (i < k) dcg += 1 / Math.log2(i + 2);
    relevant++;
  }
  let ideal = 0;
  for (let i = 0; i < Math.min(relevant, k); i++) ideal += 1 / Math.log2(i + 2);
  return ideal === 0 ? 0 : dcg / ideal;
}

/** 1 / rank of the first relevant item; 0 when there is none. Its mean over lists is the MRR. */
export function reciprocalRank(relevance: readonly number[]): number {
  const first = relevance.findIndex((r) => r > 0);
  return first < 0 ? 0 : 1 / (first + 1);
}

/** Share of the relevant items that stand in the first k. */
export function recallAt(relevance: readonly number[], k: number): number {
  const all = count(relevance, relevance.length);
  return all === 0 ? 0 : count(relevance, k) / all;
}

/** Share of the first k that is relevant; a shorter list is judged by its own length. */
export function precisionAt(relevance: readonly number[], k: number): number {
  const shown = Math.min(k, relevance.length);
  return shown === 0 ? 0 : count(relevance, k) / shown;
}

/** Harmonic mean of precision and recall (van Rijsbergen 1979). */
export function f1At(relevance: readonly number[], k: number): number {
  const [precision, recall] = [precisionAt(relevance, k), recallAt(relevance, k)];
  return precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
}

/** 1 when at least one of the first k is relevant, else 0. */
export function hitAt(relevance: readonly number[], k: number): number {
  return count(relevance, k) > 0 ? 1 : 0;
}

function count(relevance: readonly number[], k: number): number {
  let sum = 0;
  for (let i = 0; i < Math.min(k, relevance.length); i++) if (relevance[i]! > 0) sum++;
  return sum;
}
