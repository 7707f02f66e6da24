/** Outcome records of open impressions: what the learner learns from. */
import type { FeatureVector, Outcome } from '#events';
import type { LogPosition } from '#kernel';
import type { PendingImpression } from './pending-impression.js';
import type { UserState } from './user-state.js';

/** The item was clicked. @param weight of the interaction's type */
export function clickedOutcome(
  user: UserState,
  impression: PendingImpression,
  item: number,
  weight: number,
  cause: LogPosition,
): Outcome {
  const [features] = impression.features([item]);
  return outcome(user, impression, item, 1, weight > 0 ? weight : 1, cause, features!);
}

/** The impression has ended: one negative for each item that is still open, in order. */
export function unclickedOutcomes(
  user: UserState,
  impression: PendingImpression,
  cause: LogPosition,
): Outcome[] {
  const open: number[] = [];
  for (let item = 0; item < impression.size; item++) if (impression.clicked[item] === 0) open.push(item);
  const features = impression.features(open);
  return open.map((item, i) => outcome(user, impression, item, 0, 1, cause, features[i]!));
}

function outcome(
  user: UserState,
  impression: PendingImpression,
  item: number,
  label: 0 | 1,
  weight: number,
  cause: LogPosition,
  features: FeatureVector,
): Outcome {
  return {
    kind: 'outcome',
    cause,
    timestamp: impression.at,
    userKey: user.userKey,
    itemKey: impression.itemKeys[item]!,
    listKey: impression.listKey,
    segment: impression.segment,
    taste: impression.taste,
    label,
    weight,
    position: impression.positions[item]!,
    depth: impression.depth,
    propensity: impression.propensities[item]!,
    features,
  };
}
