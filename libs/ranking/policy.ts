/**
 * A policy: from scored candidates to a list, by chance, with exact probabilities.
 *
 * It is a mixture of components; one of them is drawn, with its weight, and fills the whole list slot by slot, each slot from
 * the probabilities that the component gives to what may stand there, given the items above. With C_c,k the probability that
 * component c yields the first k items, and w_c its weight:
 *
 *     P_k = Σ_c w_c C_c,k                    probability of the first k items, whichever component drew them
 *     propensity of slot k = P_k / P_{k−1}   given the items above; their product is the list's probability
 *
 * Candidates, scores, deviations and the greedy list are context: functions of the request.
 */
import type { SeededRandom } from '#kernel';
import { OpenCandidates, type SlateCandidates } from './slate.js';

/** What a policy chooses from. */
export interface Arrangement {
  readonly candidates: SlateCandidates;
  /** The list without chance, all rules applied; its length is that of every list. */
  readonly greedy: readonly number[];
  /** Log-odds by candidate, best first. */
  readonly scores: ArrayLike<number>;
  /** Standard deviations of the scores, for policies that sample them. */
  readonly deviations?: ArrayLike<number>;
}

export interface Component {
  readonly weight: number;
  /** Draws the same list every time. */
  readonly certain: boolean;
  /**
   * Probability of each of `standing` to stand next.
   * @param standing candidates that may, best first. @param slate those above. @param open weighs them here
   */
  chances(standing: readonly number[], slate: readonly number[], open: OpenCandidates): Float64Array;
  /** `chances` of one of `standing`, equal bit for bit: all that a propensity needs. */
  chance(
    candidate: number,
    standing: readonly number[],
    slate: readonly number[],
    open: OpenCandidates,
  ): number;
  /** Draws one of `standing` by `chances`, where that is possible without all of them. @param point uniform in [0, 1) */
  draw?(standing: readonly number[], point: number): number;
}

export interface Policy {
  /** With its parameters, as logged: `plackett-luce-0.05`. */
  readonly name: string;
  /** Whether `deviations` are needed. */
  readonly samplesScores: boolean;
  components(arrangement: Arrangement): readonly Component[];
}

export interface Slate {
  /** Candidates in order. */
  readonly order: readonly number[];
  readonly propensities: Float64Array;
  /** Whether chance had a part in this list. */
  readonly explored: boolean;
}

/** A component whose share of the probability has fallen below this no longer changes a propensity (double precision). */
const NEGLIGIBLE = 1e-15;

export function drawSlate(
  policy: Policy,
  arrangement: Arrangement,
  random: SeededRandom,
  components = policy.components(arrangement),
): Slate {
  const component = drawComponent(components, random);
  const order = component.certain ? arrangement.greedy : drawFrom(component, arrangement, random);
  return {
    order,
    propensities: listPropensities(components, arrangement, order),
    explored: !component.certain,
  };
}

/** The probability of each slot's item given those above, for any list of the arrangement's candidates. */
export function listPropensities(
  components: readonly Component[],
  { candidates, greedy }: Arrangement,
  order: readonly number[],
): Float64Array {
  const propensities = new Float64Array(order.length);
  const shares = components.map(({ weight }) => weight);
  const open = new OpenCandidates(candidates);
  const above: number[] = [];
  for (const chosen of order) {
    if (!components.some(({ certain }, c) => !certain && shares[c]! > 0)) {
      if (shares.some((share) => share > 0)) fillCertain(propensities, order, greedy, above.length);
      break;
    }
    const standing = open.standing();
    // Nothing of ours, or forbidden here: this list cannot be.
    if (!standing.includes(chosen)) break;
    let total = 0;
    components.forEach((component, c) => {
      if (shares[c]! > 0) shares[c]! *= component.chance(chosen, standing, above, open);
      total += shares[c]!;
    });
    propensities[above.length] = Math.min(1, total);
    for (let c = 0; c < shares.length; c++) {
      const share = total > 0 ? shares[c]! / total : 0;
      shares[c] = share < NEGLIGIBLE ? 0 : share;
    }
    open.take(chosen);
    above.push(chosen);
  }
  return propensities;
}

/** From `slot` on only the greedy list is possible. */
function fillCertain(
  propensities: Float64Array,
  order: readonly number[],
  greedy: readonly number[],
  slot: number,
): void {
  for (let k = slot; k < order.length && order[k] === greedy[k]; k++) propensities[k] = 1;
}

function drawComponent(components: readonly Component[], random: SeededRandom): Component {
  let rest = components.length > 1 ? random.next() : 0;
  for (const component of components) {
    rest -= component.weight;
    if (rest < 0) return component;
  }
  return components[components.length - 1]!;
}

/** @param heard is told of each slot's chances before one is drawn */
export function drawFrom(
  component: Component,
  { candidates, greedy }: Arrangement,
  random: SeededRandom,
  heard?: (slot: number, standing: readonly number[], chances: Float64Array) => void,
): number[] {
  const slate: number[] = [];
  const open = new OpenCandidates(candidates);
  while (slate.length < greedy.length) {
    const standing = open.standing();
    const chosen = drawNext(standing);
    open.take(chosen);
    slate.push(chosen);
  }
  return slate;

  function drawNext(standing: readonly number[]): number {
    if (component.draw && !heard) return component.draw(standing, random.next());
    const chances = component.chances(standing, slate, open);
    heard?.(slate.length, standing, chances);
    return standing[drawIndex(chances, random.next())]!;
  }
}

/** @param point uniform in [0, sum of the chances) */
export function drawIndex(chances: Float64Array, point: number): number {
  let rest = point;
  let last = 0;
  for (let i = 0; i < chances.length; i++) {
    if (chances[i] === 0) continue;
    last = i;
    rest -= chances[i]!;
    if (rest < 0) break;
  }
  return last;
}
