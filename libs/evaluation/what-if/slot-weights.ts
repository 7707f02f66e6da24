/**
 * How likely each slot of a logged list is under the policy that ran (μ) and under another (π), by one of two assumptions
 * about clicks:
 *
 * - `item-position`: a click depends on the item and its slot, not on the other items (the position-based model; Li et al.,
 *   KDD 2018). A slot then weighs P_π(item in this slot) / P_μ(item in this slot), whatever stands above. Both are means of
 *   exact slot probabilities over lists drawn from the policy (`slotMarginals`), and exact in the first slot.
 * - `cascade`: a click depends on the items above as well, not on those below (McInerney et al., KDD 2020). A slot
 *   weighs the product over it and all slots above of π's over μ's conditional probabilities, and μ's are those logged: nothing of
 *   the policy that ran is computed again. Weights grow with every slot, so this needs policies that are alike.
 */
import { combine32, fnv1a32, SeededRandom } from '#kernel';
import { listPropensities, slotMarginals, type Contest } from '#ranking';

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
  /** Predicted click-through rate of the logged item, as if in slot 1. */
  readonly rate: number;
  /** The same of what π puts here, in expectation. */
  readonly expectedRate: number;
}

/** Lists drawn from a component to know its slots. */
export const DRAWN_LISTS = 32;

/** @param other may be `ran` itself */
export function slotWeights(
  logged: LoggedList,
  ran: Contest,
  other: Contest,
  assumption: ClickAssumption,
  drawnLists = DRAWN_LISTS,
): SlotWeight[] {
  // The same chance for both: where the policies agree, so do their means, and the weight is 1 and not two errors.
  const marginals = ({ policy, arrangement }: Contest): Float64Array[] =>
    slotMarginals(
      policy,
      arrangement,
      new SeededRandom(combine32(fnv1a32(logged.recommendationId), drawnLists)),
      drawnLists,
    );
  const behaviour = marginals(ran);
  const target = other === ran ? behaviour : marginals(other);
  const rateOf = ratesOf(ran, other);
  const places = { ran: placesOf(ran), other: placesOf(other) };
  const cascade = assumption === 'cascade' ? prefixWeights(logged, other, places.other) : undefined;
  return logged.itemIds.slice(0, target.length).map((id, slot) => {
    const at = { ran: places.ran.get(id), other: places.other.get(id) };
    const probability = at.ran === undefined ? 0 : (behaviour[slot]?.[at.ran] ?? 0);
    return {
      ...(cascade?.[slot] ?? {
        behaviour: probability > 0 ? Math.min(1, probability) : undefined,
        target: at.other === undefined ? 0 : target[slot]![at.other]!,
        supported: supportOf(slot),
      }),
      rate: rateOf(id) ?? 0,
      expectedRate: target[slot]!.reduce((sum, p, i) => sum + p * (p > 0 ? other.rates[i]! : 0), 0),
    };
  });

  function supportOf(slot: number): number {
    return target[slot]!.reduce((sum, p, i) => {
      const place = p > 0 ? places.ran.get(other.itemIds[i]!) : undefined;
      return sum + (place !== undefined && (behaviour[slot]?.[place] ?? 0) > 0 ? p : 0);
    }, 0);
  }
}

/**
 * How many of the logged slots have their propensity found again, within a quarter, when the policy that ran is computed from
 * the replayed state: how much of `ran` can be trusted.
 */
export function reproducedSlots(logged: LoggedList, ran: Contest): number {
  const places = placesOf(ran);
  const order = logged.itemIds.map((id) => places.get(id) ?? -1);
  const again = listPropensities(ran.policy.components(ran.arrangement), ran.arrangement, order);
  return logged.propensities.filter((p, slot) => again[slot]! > p * 0.8 && again[slot]! < p * 1.25).length;
}

/** Whether every item of the list is among the candidates of the replay. */
export function holdsAll({ itemIds }: Contest, logged: LoggedList): boolean {
  const candidates = new Set(itemIds);
  return logged.itemIds.every((id) => candidates.has(id));
}

function prefixWeights(
  { itemIds, propensities }: LoggedList,
  other: Contest,
  places: ReadonlyMap<string, number>,
): Pick<SlotWeight, 'behaviour' | 'target' | 'supported'>[] {
  const order = itemIds.map((id) => places.get(id) ?? -1);
  const chances = listPropensities(other.policy.components(other.arrangement), other.arrangement, order);
  let behaviour = 1;
  let target = 1;
  return itemIds.map((_, slot) => {
    behaviour *= propensities[slot]!;
    target *= chances[slot]!;
    return { behaviour: behaviour > 0 ? behaviour : undefined, target, supported: undefined };
  });
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
