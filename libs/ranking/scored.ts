/** A candidate with all that decides its place in the list; reused from request to request. */
import { sortedByScore } from '#kernel';
import type { Item } from '#catalogue';
import type { Candidate } from './candidate-scorer.js';

export interface Scored extends Candidate {
  /** Its number among the request's candidates. */
  readonly place: number;
  itemId: string;
  key: number;
  item: Item;
  slot: number;
  impressions: number;
  unproven: boolean;
  /** Whether it has a place in the list because it is new. */
  given: boolean;
  /** What rules and freshness add, log-odds. */
  lift: number;
  /** Breaks ties the same way for one user, differently between users. */
  tie: number;
  /** Log-odds, as the model and all else see them. */
  logOdds: number;
  /** What decides the order: the log-odds, unless the input says otherwise. */
  score: number;
}

export function newScored(place: number): Scored {
  return {
    place,
    itemId: '',
    key: 0,
    item: undefined as unknown as Item, // set before anybody reads it
    slot: -1,
    impressions: 0,
    unproven: false,
    given: false,
    lift: 0,
    tie: 0,
    logOdds: 0,
    score: 0,
  };
}

let order = new Int32Array(0);
let scores = new Float64Array(0);
let ties = new Float64Array(0);

/** The best first, in place; of equal scores the smaller tie. */
export function sortByScore<S extends { readonly score: number; readonly tie: number }>(scored: S[]): S[] {
  if (order.length < scored.length) {
    order = new Int32Array(scored.length * 2);
    scores = new Float64Array(scored.length * 2);
    ties = new Float64Array(scored.length * 2);
  }
  for (let i = 0; i < scored.length; i++) {
    order[i] = i;
    scores[i] = scored[i]!.score;
    ties[i] = scored[i]!.tie;
  }
  const sorted = sortedByScore(order.subarray(0, scored.length), scores, ties);
  const before = scored.slice();
  for (let i = 0; i < before.length; i++) scored[i] = before[sorted[i]!]!;
  return scored;
}
