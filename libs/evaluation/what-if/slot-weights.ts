/**
 * How likely each slot of a logged list is under the policy that ran (μ) and under another (π), by one of two assumptions
 * about clicks:
 *
 * - `item-position`: a click depends on the item and its slot, not on the other items (the position-based model; Li et al.,
 *   KDD 2018). A slot then weighs P_π(item in this slot) / P_μ(item in this slot), whatever stands above. Both are means of
 *   exact chances over drawn lists (`slotMarginals`, `loggedChances`), exact in the first slot; chances of π and of μ are drawn apart, and the logged
 *   list is among those of μ, so that weights average 1 and estimates keep their means however few lists are drawn.
 * - `cascade`: a click depends on the items above as well, not on those below (McInerney et al., KDD 2020). A slot
 *   weighs the product over it and all slots above of π's over μ's conditional probabilities, and μ's are those logged: nothing of
 *   the policy that ran is computed again. Weights grow with every slot, so this needs policies that are alike.
 */
import { combine32, fnv1a32, SeededRandom } from '#kernel';
import { listPropensities, loggedChances, slotMarginals, type Contest, type SlotMarginals } from '#ranking';

export const CLICK_ASSUMPTIONS = ['item-position', 'cascade'] as const;
export type ClickAssumption = (typeof CLICK_ASSUMPTIONS)[number];

export interface LoggedList {
  readonly recommendationId: string;
  /** In order. */
  readonly itemIds: readonly string[];
  /** Of each slot's item given those above. */
  readonly propensities: readonly number[];
}

export interface SlotWeight {
  /** Undefined when the policy that ran, computed again, could not have put the item there. */
  readonly behaviour: number | undefined;
  readonly target: number;
  /** How much of π's choice for this slot μ could have shown. */
  readonly supported: number | undefined;
  /** What the square of the weight is in expectation, whichever item μ has put here. */
  readonly weightSquare: number | undefined;
  /** Predicted reward of the logged item (a click: its click-through rate), as if in slot 1. */
  readonly rate: number;
  /** The same of what π puts here, in expectation. */
  readonly expectedRate: number;
}

/** Lists drawn from a component to know its slots. */
export const DRAWN_LISTS = 32;

/** @param other may be `ran` itself: then every weight is 1 */
export function slotWeights(
  logged: LoggedList,
  ran: Contest,
  other: Contest,
  assumption: ClickAssumption,
  drawnLists = DRAWN_LISTS,
): SlotWeight[] {
  const random = (purpose: number): SeededRandom =>
    new SeededRandom(combine32(fnv1a32(logged.recommendationId), purpose));
  const { chances: expected } = slotMarginals(other.policy, other.arrangement, random(3), drawnLists);
  const rateOf = ratesOf(ran, other);
  const weights =
    assumption === 'cascade'
      ? prefixWeights(logged, other)
      : placeWeights(logged, ran, other, expected, random, drawnLists);
  return logged.itemIds.slice(0, expected.length).map((id, slot) => ({
    ...weights[slot]!,
    rate: rateOf(id) ?? 0,
    expectedRate: expected[slot]!.reduce((sum, p, i) => sum + (p > 0 ? p * other.rates[i]! : 0), 0),
  }));
}

type Weight = Omit<SlotWeight, 'rate' | 'expectedRate'>;

/** @param expected π's chances by slot and candidate. @param random for a purpose */
function placeWeights(
  logged: LoggedList,
  ran: Contest,
  other: Contest,
  expected: readonly Float64Array[],
  random: (purpose: number) => SeededRandom,
  drawnLists: number,
): Weight[] {
  const { policy, arrangement } = ran;
  const places = placesOf(ran);
  const marginals = slotMarginals(policy, arrangement, random(1), drawnLists);
  const order = orderIn(places, logged);
  const behaviour = loggedChances(policy, arrangement, order, marginals, random(2), drawnLists);
  const wanted = orderIn(placesOf(other), logged);
  return behaviour.slice(0, expected.length).map((chance, slot) => ({
    behaviour: chance > 0 ? chance : undefined,
    // The other's draws are apart from those of the policy that ran: a mean over both at once would be off.
    target: other === ran ? chance : (expected[slot]![wanted[slot]!] ?? 0),
    ...(other === ran ? SAME : overlapOf(other, expected[slot]!, places, marginals, slot)),
  }));
}

const SAME = { supported: 1, weightSquare: 1 };

/** How much of what π puts into a slot μ can put there too, and Σ π² / μ, the square of the weight in expectation. */
function overlapOf(
  other: Contest,
  targets: Float64Array,
  placesInRan: ReadonlyMap<string, number>,
  { chances, possible }: SlotMarginals,
  slot: number,
): Pick<SlotWeight, 'supported' | 'weightSquare'> {
  let supported = 0;
  let weightSquare = 0;
  targets.forEach((p, i) => {
    const place = p > 0 ? placesInRan.get(other.itemIds[i]!) : undefined;
    if (place === undefined || !possible[slot]?.[place]) return;
    supported += p;
    const chance = chances[slot]![place]!;
    if (chance > 0) weightSquare += (p * p) / chance;
  });
  return { supported, weightSquare };
}

/**
 * How many of the logged slots have their propensity found again, within a quarter, when the policy that ran is computed from
 * the replayed state: how much of `ran` can be trusted.
 */
export function reproducedSlots(logged: LoggedList, ran: Contest): number {
  const order = orderIn(placesOf(ran), logged);
  const again = listPropensities(ran.policy.components(ran.arrangement), ran.arrangement, order);
  return logged.propensities.filter((p, slot) => again[slot]! > p * 0.8 && again[slot]! < p * 1.25).length;
}

/** Whether every item of the list is among the candidates of the replay. */
export function holdsAll({ itemIds }: Contest, logged: LoggedList): boolean {
  const candidates = new Set(itemIds);
  return logged.itemIds.every((id) => candidates.has(id));
}

function prefixWeights(logged: LoggedList, other: Contest): Weight[] {
  const order = orderIn(placesOf(other), logged);
  const chances = listPropensities(other.policy.components(other.arrangement), other.arrangement, order);
  let behaviour = 1;
  let target = 1;
  return order.map((_, slot) => {
    behaviour *= logged.propensities[slot]!;
    target *= chances[slot]!;
    return {
      behaviour: behaviour > 0 ? behaviour : undefined,
      target,
      supported: undefined,
      weightSquare: undefined,
    };
  });
}

/** The items of the list as candidates; −1: none of them. */
function orderIn(places: ReadonlyMap<string, number>, { itemIds }: LoggedList): number[] {
  return itemIds.map((id) => places.get(id) ?? -1);
}

function placesOf({ itemIds }: Contest): ReadonlyMap<string, number> {
  return new Map(itemIds.map((id, i) => [id, i]));
}

/** One reward model for both: the prediction that π's contest holds, else that of the policy that ran. */
function ratesOf(ran: Contest, other: Contest): (itemId: string) => number | undefined {
  const rates = new Map(ran.itemIds.map((id, i) => [id, ran.rates[i]!]));
  other.itemIds.forEach((id, i) => rates.set(id, other.rates[i]!));
  return (itemId) => rates.get(itemId);
}
