/**
 * Outcome records of impressions: what the learner learns from. Nobody knows when a list is shown what will be clicked, so
 * every item counts as not clicked at once, and a click takes that back when it comes (Ktena et al., "Addressing Delayed
 * Feedback for Continuous Training with Neural Networks in CTR Prediction", RecSys 2019: fake negatives). So weights move with
 * every impression and with every click, and what they know of clicks is never ahead of what they know of their absence.
 */
import type { FeatureVector, Outcome } from '#events';
import type { LogPosition } from '#kernel';
import type { PendingImpression } from './pending-impression.js';
import type { UserState } from './user-state.js';

/** The item was clicked, which takes back that it was not. @param weight of the interaction's type. */
export function clickedOutcome(
  user: UserState,
  impression: PendingImpression,
  item: number,
  weight: number,
  cause: LogPosition,
): Outcome {
  const [features] = impression.features([item]);
  return { ...outcome(user, impression, item, 1, weight > 0 ? weight : 1, cause, features!), revises: true };
}

/** The list has been shown: one negative for each of its items, in order. */
export function shownOutcomes(user: UserState, impression: PendingImpression, cause: LogPosition): Outcome[] {
  const items = impression.itemKeys.map((_, item) => item);
  return impression
    .features(items)
    .map((features, item) => outcome(user, impression, item, 0, 1, cause, features));
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
