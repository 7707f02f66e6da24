/**
 * Variety: what a candidate's score loses to what stands above it. In slot k the candidates compete with
 *
 *     score_i − strength · redundancy_i(what stands above),   in log-odds
 *
 * - `mmr`, Maximal Marginal Relevance (Carbonell & Goldstein, SIGIR 1998): redundancy = the greatest similarity to an
 *   item above, at least 0; strength is (1 − λ)/λ of the paper.
 * - `dpp`, greedy MAP of a determinantal point process (Chen, Zhang & Zhou, NeurIPS 2018, Algorithm 1): redundancy =
 *   −ln d², d² the share of the item's vector that the items above do not span; the list is the one whose
 *   Σ score/strength + ln det(similarities) grows most in each slot.
 *
 * A redundancy depends on what stands above and on nothing else, so the draw weights of a slot, and with them its
 * propensities, are exact for sampled lists too.
 */
import type { ItemSimilarity } from './item-similarity.js';

export const VARIETY_METHODS = ['mmr', 'dpp'] as const;
export type VarietyMethod = (typeof VARIETY_METHODS)[number];

export interface Variety {
  /** Log-odds lost to a redundancy of 1. */
  readonly strength: number;
  /** Of each candidate, given what was placed. */
  readonly redundancy: Float64Array;
  reset(): void;
  place(candidate: number): void;
}

export function varietyOf(method: VarietyMethod, strength: number, similarity: ItemSimilarity): Variety {
  return method === 'mmr'
    ? new MarginalRelevance(strength, similarity)
    : new Determinantal(strength, similarity);
}

class MarginalRelevance implements Variety {
  readonly redundancy: Float64Array;

  constructor(
    readonly strength: number,
    private readonly similarity: ItemSimilarity,
  ) {
    this.redundancy = new Float64Array(similarity.size);
  }

  reset(): void {
    this.redundancy.fill(0);
  }

  place(candidate: number): void {
    const row = this.similarity.row(candidate);
    for (let i = 0; i < row.length; i++) if (row[i]! > this.redundancy[i]!) this.redundancy[i] = row[i]!;
  }
}

/** d² below it is rounding: an item that those above span has lost −ln of this. */
const RESIDUAL_MIN = 1e-3;

class Determinantal implements Variety {
  readonly redundancy: Float64Array;
  /** d². */
  private readonly residual: Float64Array;
  /** Row k: the k-th column of the Cholesky factor, an entry for each candidate. */
  private columns: Float64Array[] = [];

  constructor(
    readonly strength: number,
    private readonly similarity: ItemSimilarity,
  ) {
    this.redundancy = new Float64Array(similarity.size);
    this.residual = new Float64Array(similarity.size).fill(1);
  }

  reset(): void {
    this.redundancy.fill(0);
    this.residual.fill(1);
    this.columns = [];
  }

  place(candidate: number): void {
    const row = this.similarity.row(candidate);
    const column = new Float64Array(row);
    for (const earlier of this.columns) {
      const own = earlier[candidate]!;
      if (own !== 0) for (let i = 0; i < column.length; i++) column[i]! -= own * earlier[i]!;
    }
    const d = Math.sqrt(Math.max(RESIDUAL_MIN, this.residual[candidate]!));
    for (let i = 0; i < column.length; i++) {
      column[i]! /= d;
      this.residual[i]! -= column[i]! * column[i]!;
      this.redundancy[i] = -Math.log(Math.min(1, Math.max(RESIDUAL_MIN, this.residual[i]!)));
    }
    this.columns.push(column);
  }
}
