/**
 * How likely an item stands in a slot, whatever stands above: for questions about other policies. No policy of ours has a closed
 * form for it under rules and variety, so lists are drawn, and what is averaged are exact chances given each drawn list
 * (Rao-Blackwell).
 *
 * `slotMarginals` draws whole lists and knows all candidates at once. It sees little of a candidate that stands above in most
 * drawn lists; for those there is `chanceInSlot`, which draws the items above as if this one were not there:
 *
 *     P(a in slot k) = E[ Π_{j<k} (1 − p_j(a | above)) · p_k(a | above) ]     above: drawn without a
 *
 * `loggedChances` is for denominators, the chances of a list that the policy has drawn. That list counts as one of those drawn, so that
 * 1 / the chance is unbiased: for X ≥ 0 and draws X_2 … X_m of it, with X_1 drawn in proportion to X, as what has happened is,
 * E[m / (X_1 + … + X_m)] = (1 − P(X = 0)^m) / E[X]. It is then positive, too.
 */
import type { SeededRandom } from '#kernel';
import { drawFrom, drawIndex, type Arrangement, type Component, type Policy } from './policy.js';
import { OpenCandidates } from './slate.js';

export interface SlotMarginals {
  /** By slot, then by candidate. Exact in the first slot. */
  readonly chances: readonly Float64Array[];
  /** The same: whether the candidate can stand there at all. */
  readonly possible: readonly Uint8Array[];
}

/** @param lists drawn from each component that is not certain */
export function slotMarginals(
  policy: Policy,
  arrangement: Arrangement,
  random: SeededRandom,
  lists: number,
): SlotMarginals {
  const { candidates, greedy } = arrangement;
  const chances = greedy.map(() => new Float64Array(candidates.size));
  const possible = greedy.map(() => new Uint8Array(candidates.size));
  for (const component of policy.components(arrangement)) {
    if (component.weight === 0) continue;
    if (component.certain) {
      greedy.forEach((candidate, slot) => {
        chances[slot]![candidate]! += component.weight;
        possible[slot]![candidate] = 1;
      });
      continue;
    }
    const share = component.weight / lists;
    // Who stood in a drawn list by chance might have stood below as well.
    const avoidable = new Uint8Array(candidates.size);
    const hear = (slot: number, standing: readonly number[], shares: Float64Array): void => {
      if (slot === 0) avoidable.fill(0);
      for (let i = 0; i < standing.length; i++) {
        chances[slot]![standing[i]!]! += share * shares[i]!;
        if (shares[i]! > 0 && shares[i]! < 1) avoidable[standing[i]!] = 1;
        else if (shares[i] === 1) possible[slot]![standing[i]!] = 1;
      }
      for (let i = 0; i < avoidable.length; i++) if (avoidable[i]) possible[slot]![i] = 1;
    };
    for (let list = 0; list < lists; list++) drawFrom(component, arrangement, random, hear);
  }
  return { chances, possible };
}

/** A candidate that stands above with more than this chance is drawn for by itself. */
const ABOVE_MAX = 0.5;

/**
 * The probability of each item of a list to stand where it stands, as a denominator.
 * @param order candidates; −1: none of ours, with probability 0. @param marginals of the policy, from as many `lists`
 */
export function loggedChances(
  policy: Policy,
  arrangement: Arrangement,
  order: readonly number[],
  marginals: SlotMarginals,
  random: SeededRandom,
  lists: number,
): number[] {
  const components = policy.components(arrangement);
  const own = chancesInList(components, arrangement, order);
  return order.slice(0, arrangement.greedy.length).map((candidate, slot) => {
    if (candidate < 0) return 0;
    const chance = marginals.chances[slot]![candidate]!;
    // Where the certain list has the item as well, nobody knows which has happened; but its share is exact, and most of it.
    if (certainShare(components, arrangement, candidate, slot) > 0) return Math.min(1, chance);
    let above = 0;
    for (let k = 0; k < slot; k++) above += marginals.chances[k]![candidate]!;
    return above > ABOVE_MAX
      ? chanceInSlot(components, arrangement, candidate, slot, random, lists, order)
      : Math.min(1, (lists * chance + own[slot]!) / (lists + 1));
  });
}

/**
 * The probability that the candidate stands in the slot.
 * @param lists drawn from each component that is not certain. @param logged the list in which it stood there, as one of them
 */
export function chanceInSlot(
  components: readonly Component[],
  arrangement: Arrangement,
  candidate: number,
  slot: number,
  random: SeededRandom,
  lists: number,
  logged?: readonly number[],
): number {
  const certain = certainShare(components, arrangement, candidate, slot);
  let chance = certain;
  for (const component of components) {
    if (component.certain || component.weight === 0) continue;
    const known = certain === 0 && logged ? chanceGiven(component, arrangement, candidate, slot, logged) : 0;
    let sum = known;
    for (let list = known > 0 ? 1 : 0; list < lists; list++)
      sum += chanceGiven(component, arrangement, candidate, slot, random);
    chance += (component.weight * sum) / lists;
  }
  return Math.min(1, chance);
}

function certainShare(
  components: readonly Component[],
  { greedy }: Arrangement,
  candidate: number,
  slot: number,
): number {
  return components.reduce(
    (sum, { certain, weight }) => sum + (certain && greedy[slot] === candidate ? weight : 0),
    0,
  );
}

/** By slot, the chance of the list's item given those above it, from the components that are not certain. */
function chancesInList(
  components: readonly Component[],
  { candidates }: Arrangement,
  order: readonly number[],
): Float64Array {
  const chances = new Float64Array(order.length);
  for (const component of components) {
    if (component.certain || component.weight === 0) continue;
    const open = new OpenCandidates(candidates);
    const above: number[] = [];
    for (const candidate of order) {
      const standing = open.standing();
      if (!standing.includes(candidate)) break;
      chances[above.length]! += component.weight * component.chance(candidate, standing, above, open);
      open.take(candidate);
      above.push(candidate);
    }
  }
  return chances;
}

/** @param above the items above in order, or the chance that draws them without the candidate */
function chanceGiven(
  component: Component,
  { candidates }: Arrangement,
  candidate: number,
  slot: number,
  above: readonly number[] | SeededRandom,
): number {
  const open = new OpenCandidates(candidates);
  const slate: number[] = [];
  let notAbove = 1;
  for (;;) {
    const standing = open.standing();
    const place = standing.indexOf(candidate);
    if (slate.length === slot)
      return place < 0 ? 0 : notAbove * component.chance(candidate, standing, slate, open);
    const chances = component.chances(standing, slate, open);
    if (place >= 0) {
      notAbove *= 1 - chances[place]!;
      chances[place] = 0;
    }
    if (!(notAbove > 0)) return 0;
    const next = 'next' in above ? drawn(standing, chances, above) : above[slate.length];
    if (next === undefined || !standing.includes(next)) return 0;
    open.take(next);
    slate.push(next);
  }
}

/** @param chances need not add up to 1 */
function drawn(standing: readonly number[], chances: Float64Array, random: SeededRandom): number | undefined {
  const total = chances.reduce((sum, chance) => sum + chance, 0);
  return total > 0 ? standing[drawIndex(chances, random.next() * total)] : undefined;
}
