/**
 * What a log entry means for a user: the feedback records it causes, the effects it asks for, and what will change.
 * Reads the state as it was before the event and changes nothing; `evolve` then applies the decision.
 */
import { key53 } from '#kernel';
import type { FeedbackRecord, Profile, Served, UserEvent } from '#events';
import type { FoldMoment } from './fold-moment.js';
import { decideAbsorb, decideMerge, type AbsorbDecision, type MergeDecision } from './handover.js';
import { decideImpression, type ImpressionDecision } from './impression.js';
import { decideInteraction, type InteractionDecision } from './interaction.js';
import type { PendingImpression } from './pending-impression.js';
import { sequels } from './sequels.js';
import type { ServedList } from './served-lists.js';
import type { UserState } from './user-state.js';

export interface ServedDecision {
  readonly kind: 'served';
  readonly records: FeedbackRecord[];
  readonly list: ServedList;
}

export interface ProfileDecision {
  readonly kind: 'profile';
  readonly records: FeedbackRecord[];
  readonly event: Profile;
}

/** Impressions whose time is over. */
export interface ExpiryDecision {
  readonly kind: 'expiry';
  readonly records: FeedbackRecord[];
  readonly ended: readonly PendingImpression[];
}

export type UserDecision =
  | ImpressionDecision
  | InteractionDecision
  | ServedDecision
  | ProfileDecision
  | MergeDecision
  | AbsorbDecision;

/** `erase` has no decision: the partition drops the whole state. */
export type DecidedEvent = Exclude<UserEvent, { kind: 'erase' }>;

export function decide(user: UserState, event: DecidedEvent, moment: FoldMoment): UserDecision {
  switch (event.kind) {
    case 'impression':
      return decideImpression(user, event, moment);
    case 'interaction':
      return decideInteraction(user, event, moment);
    case 'served':
      return { kind: 'served', records: [], list: servedList(event, moment.at) };
    case 'profile':
      return { kind: 'profile', records: [], event };
    case 'merge':
      return decideMerge(user, event, moment);
    case 'absorb':
      return decideAbsorb(user, event, moment);
  }
}

/** @param time of the partition according to a tick, ms */
export function decideExpiry(
  user: UserState,
  time: number,
  { cause }: Pick<FoldMoment, 'cause'>,
): ExpiryDecision {
  const ended = user.pending.due(time);
  const records = ended.flatMap((impression) => sequels(user, impression, cause));
  return { kind: 'expiry', records, ended };
}

function servedList(event: Served, at: number): ServedList {
  return {
    listKey: key53(event.recommendationId),
    at,
    itemKeys: event.items.map(({ itemId }) => key53(itemId)),
    propensities: event.items.map(({ propensity }) => Math.fround(propensity)),
  };
}
