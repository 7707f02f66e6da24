/** What a user's or an item's own ratings say of P(rating ≤ ℓ), as log-odds above everybody's, for each level ℓ. */
import { INPUTS } from './rating-head.js';
import { LEVELS_MAX, type RatingLevels } from './rating-levels.js';
import type { RatingRows } from './rating-rows.js';

/** Own ratings weigh as much as everybody's share when there are this many of them. */
const STRENGTH = 4;
/** Shares stay this far from 0 and 1. */
const SHARE_MIN = 0.001;

/** Writes input `column` of every level but the highest. @param row −1: nothing is known, and all are 0 */
export function ownLogOdds(
  levels: RatingLevels,
  ratings: number,
  rows: RatingRows,
  row: number,
  inputs: Float64Array,
  column: number,
): void {
  const base = row * LEVELS_MAX;
  let all = 0;
  if (row >= 0) for (let id = 0; id < levels.size; id++) all += rows.histograms[base + id]!;
  let [below, own] = [0, 0];
  for (let k = 0; k < levels.size - 1; k++) {
    const id = levels.order[k]!;
    below += levels.counts[id]!;
    if (all > 0) own += rows.histograms[base + id]!;
    const share = (below + 0.5) / (ratings + 1);
    const mine = Math.min(1 - SHARE_MIN, Math.max(SHARE_MIN, (own + STRENGTH * share) / (all + STRENGTH)));
    inputs[k * INPUTS + column] = all === 0 ? 0 : logOdds(mine) - logOdds(share);
  }
}

function logOdds(share: number): number {
  return Math.log(share / (1 - share));
}
