/**
 * The policy: with probability ε a Plackett-Luce sample, else the greedy list. Its propensities are those of the
 * mixture, whichever of the two was drawn, so that off-policy estimates from the log are valid. With g_k = 1
 * while the first k items are the greedy list's, and PL_k the sampling probability of the first k items:
 *
 *     P_k = (1 − ε)·g_k + ε·PL_k             probability of the first k items
 *     propensity of slot k = P_k / P_{k−1}   given the items above; their product is the list's probability
 *
 * The greedy list is a function of the request: candidates, scores, and the phase of the slots reserved for
 * items without evidence count as its context.
 */
import type { SeededRandom } from '#kernel';
import { sampledSlate, slotProbabilities, type SlateCandidates } from './slate.js';

/** Below this the sampled branch no longer changes a greedy list's propensity (double precision). */
const NEGLIGIBLE = 1e-15;

export interface Slate {
  /** Candidates in order. */
  readonly order: readonly number[];
  readonly propensities: Float64Array;
  readonly explored: boolean;
}

export function drawSlate(
  candidates: SlateCandidates,
  greedy: readonly number[],
  explore: number,
  random: SeededRandom,
): Slate {
  const explored = random.next() < explore;
  const order = explored ? sampledSlate(candidates, greedy.length, random) : greedy;
  const enough = explored || explore === 0 ? 0 : NEGLIGIBLE;
  const sampling =
    explore === 0 ? new Float64Array(order.length) : slotProbabilities(candidates, order, enough);
  return { order, propensities: mixturePropensities(order, greedy, sampling, explore), explored };
}

export function mixturePropensities(
  order: readonly number[],
  greedy: readonly number[],
  sampling: Float64Array,
  explore: number,
): Float64Array {
  const propensities = new Float64Array(order.length);
  let isGreedy = explore < 1;
  let prefix = 1;
  for (let k = 0; k < order.length; k++) {
    if (!isGreedy) {
      // Off the greedy path both P_k and P_{k−1} are ε·PL: their ratio needs no product that underflows.
      propensities[k] = sampling[k]!;
      continue;
    }
    const before = 1 - explore + explore * prefix;
    prefix *= sampling[k]!;
    isGreedy = order[k] === greedy[k];
    propensities[k] = Math.min(1, ((isGreedy ? 1 - explore : 0) + explore * prefix) / before);
  }
  return propensities;
}
