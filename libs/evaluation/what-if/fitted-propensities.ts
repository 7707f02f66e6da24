/**
 * The propensities of a policy that left none in the log, fitted to what it has shown: for each slot a conditional logit over the candidates
 * that recall finds at that moment (McFadden 1974),
 *
 *     P(candidate in slot k) = (1 − FLOOR) · softmax((β + β_k) · x)  +  FLOOR / candidates
 *     x = (score − best score, whether it stands in slot k of the greedy list, ln(1 + its place by score))
 *
 * learnt online by AdaGrad: each list is predicted before it is learnt, so no propensity has seen its own choice; the first lists
 * have none. What the foreign policy saw besides (its own model, campaigns) is not in x: an estimate is as unbiased as x explains
 * its choices, and no interval knows about that.
 */
import type { Contest } from '#ranking';

const FEATURES = 3;
const SLOTS_MAX = 200;
const FLOOR = 0.02;
const STEP = 0.3;
/** Lists that are only learnt from. */
export const WARM_UP_LISTS = 100;
/** Log-odds below the best beyond which a candidate is as good as out. */
const GAP_MAX = 10;

export class FittedPropensities {
  lists = 0;
  /** Shared weights, then those of each slot. */
  private readonly weights = new Float64Array(FEATURES * (1 + SLOTS_MAX));
  private readonly squares = new Float64Array(this.weights.length);

  /**
   * The fitted probability of each slot's item; then learns from the list.
   * @param itemIds in order. @returns undefined during the warm-up, and for an item that is not among the candidates
   */
  observe(context: Contest, itemIds: readonly string[]): (number | undefined)[] {
    const places = new Map(context.itemIds.map((id, place) => [id, place]));
    const known = this.lists++ >= WARM_UP_LISTS;
    const slots = itemIds.slice(0, SLOTS_MAX).map((id, slot) => {
      const chosen = places.get(id);
      return { slot, chosen, shares: chosen === undefined ? undefined : this.softmax(context, slot) };
    });
    for (const { slot, chosen, shares } of slots) if (shares) this.learn(context, slot, chosen!, shares);
    return slots.map(({ chosen, shares }) =>
      known && shares ? (1 - FLOOR) * shares[chosen!]! + FLOOR / shares.length : undefined,
    );
  }

  private softmax(context: Contest, slot: number): Float64Array {
    const shares = new Float64Array(context.itemIds.length);
    let best = -Infinity;
    for (let place = 0; place < shares.length; place++) {
      for (let f = 0; f < FEATURES; f++)
        shares[place]! +=
          (this.weights[f]! + this.weights[ownAt(slot, f)]!) * feature(context, slot, place, f);
      best = Math.max(best, shares[place]!);
    }
    let total = 0;
    for (let place = 0; place < shares.length; place++)
      total += shares[place] = Math.exp(shares[place]! - best);
    return shares.map((share) => share / total);
  }

  /** One AdaGrad step up the log-likelihood. */
  private learn(context: Contest, slot: number, chosen: number, shares: Float64Array): void {
    for (let f = 0; f < FEATURES; f++) {
      let gradient = feature(context, slot, chosen, f);
      for (let place = 0; place < shares.length; place++)
        gradient -= shares[place]! * feature(context, slot, place, f);
      for (const at of [f, ownAt(slot, f)]) {
        this.squares[at]! += gradient * gradient;
        this.weights[at]! += (STEP * gradient) / (Math.sqrt(this.squares[at]!) + 1e-6);
      }
    }
  }
}

const ownAt = (slot: number, f: number): number => FEATURES * (1 + slot) + f;

function feature({ arrangement }: Contest, slot: number, place: number, f: number): number {
  switch (f) {
    case 0:
      return Math.max(-GAP_MAX, arrangement.scores[place]! - arrangement.scores[0]!);
    case 1:
      return arrangement.greedy[slot] === place ? 1 : 0;
    default:
      return Math.log(1 + place);
  }
}
