/**
 * Merging a visitor into a user, in two log entries so that each actor only ever changes itself:
 *
 * 1. `merge` is folded by the visitor: its state is emptied but for the ids of the events it has seen, it remembers
 *    `mergedInto`, and an `absorb` event that carries the state is to be appended for the other user.
 * 2. `absorb` is folded by that user, who adds the state to their own.
 *
 * The absorb's event id is derived from the merge's, so that appending it twice adds it once. What the visitor does
 * after the merge is folded into the visitor again; another merge hands it over.
 */
import { key53 } from '#kernel';
import { EVENT_VERSION, type Absorb, type FeedbackRecord, type Merge } from '#events';
import type { EmbeddingFate } from './decayed-embedding.js';
import type { FoldMoment } from './fold-moment.js';
import { InterestTable } from './interest-table.js';
import { HANDOVER_BYTES_MAX } from './limits.js';
import type { PendingImpression } from './pending-impression.js';
import { SeenEvents } from './seen-events.js';
import { segmentOf } from './segments.js';
import { sequels } from './sequels.js';
import { decodeUser, encodeUser } from './user-codec.js';
import { UserState } from './user-state.js';

/** To be appended to LOG by the shell. May be asked for again after a recovery: its event id stays the same. */
export interface Handover {
  readonly kind: 'handover';
  readonly event: Absorb;
}

export interface MergeDecision {
  readonly kind: 'merge';
  readonly records: FeedbackRecord[];
  /** Undefined for a merge into oneself, which changes nothing. */
  readonly handover: Handover | undefined;
  readonly intoUserId: string;
  /** Impressions that a state too large for one event leaves behind, ended as not clicked: the oldest. */
  readonly overflowed: readonly PendingImpression[];
  /** All impressions of the visitor: none stays with it. */
  readonly handedOver: readonly PendingImpression[];
}

export interface AbsorbDecision {
  readonly kind: 'absorb';
  readonly records: FeedbackRecord[];
  /** Undefined when the event's state cannot be read. */
  readonly other: UserState | undefined;
  readonly overflowed: readonly PendingImpression[];
  /** What becomes of the other's decayed embedding. */
  readonly embedding: EmbeddingFate;
}

export function decideMerge(user: UserState, event: Merge, { cause }: FoldMoment): MergeDecision {
  const base = { kind: 'merge', intoUserId: event.intoUserId } as const;
  if (event.intoUserId === user.userId) {
    return { ...base, records: [], handover: undefined, overflowed: [], handedOver: [] };
  }
  const { bytes, overflowed } = fittingState(user);
  const absorb: Absorb = {
    kind: 'absorb',
    eventId: `absorb-${key53(event.eventId).toString(36)}-${key53(user.userId).toString(36)}`,
    userId: event.intoUserId,
    timestamp: event.timestamp,
    version: EVENT_VERSION,
    fromUserId: user.userId,
    state: Buffer.from(bytes).toString('base64'),
  };
  const records = overflowed.flatMap((impression) => sequels(user, impression, cause));
  return {
    ...base,
    records,
    handover: { kind: 'handover', event: absorb },
    overflowed,
    handedOver: user.pending.values(),
  };
}

/** Empties the visitor. */
export function evolveMerge(user: UserState, decision: MergeDecision): void {
  if (!decision.handover) return;
  const seen = user.seen;
  Object.assign(user, new UserState(user.userId));
  user.seen = seen;
  user.mergedInto = decision.intoUserId;
}

export function decideAbsorb(user: UserState, event: Absorb, { cause, rules }: FoldMoment): AbsorbDecision {
  const other = readState(event.state);
  if (!other) return { kind: 'absorb', records: [], other, overflowed: [], embedding: 'joins' };
  const overflowed = user.pending.overflowWith(other.pending.values(), rules.pendingImpressionsMax);
  const records = overflowed.flatMap((impression) => sequels(user, impression, cause));
  const embedding = user.taste.fateOfSum(other.taste, rules.halfLifeMs);
  return { kind: 'absorb', records, other, overflowed, embedding };
}

export function evolveAbsorb(
  user: UserState,
  { other, overflowed }: AbsorbDecision,
  { rules }: FoldMoment,
): void {
  if (!other) return;
  const typeOf = user.counters.absorb(other.counters);
  user.interests.absorb(other.interests, rules.interestsMax);
  user.taste.absorb(other.taste, rules.halfLifeMs);
  user.actions.absorb(other.actions, typeOf, rules.windowEventsMax);
  user.recents.absorb(other.recents, typeOf, rules.recentMax);
  user.shownItems.absorb(other.shownItems);
  user.purchased.absorb(other.purchased);
  user.disliked.absorb(other.disliked);
  user.earlyClicks.absorb(other.earlyClicks);
  user.served.absorb(other.served);
  user.seen.absorb(other.seen, rules.dedupeMax);
  for (const impression of other.pending.values()) user.pending.add(impression);
  user.pending.remove(overflowed);
  user.setProfile(new Map([...other.profile, ...user.profile]));
  user.setSegment(segmentOf(user.profile, user.counters, rules.segments));
}

/**
 * The state's bytes, without what it takes to fit into one event: first the oldest impressions, then the event ids
 * (the visitor keeps them), then the interests (extremely long labels).
 */
function fittingState(user: UserState): { bytes: Uint8Array; overflowed: PendingImpression[] } {
  const bytes = encodeUser(user);
  const overflowed: PendingImpression[] = [];
  if (bytes.length <= HANDOVER_BYTES_MAX) return { bytes, overflowed };
  const smaller = decodeUser(bytes);
  for (const oldest of [...smaller.pending.values()]) {
    overflowed.push(oldest);
    smaller.pending.remove([oldest]);
    const fitting = encodeUser(smaller);
    if (fitting.length <= HANDOVER_BYTES_MAX) return { bytes: fitting, overflowed };
  }
  smaller.seen = new SeenEvents();
  if (encodeUser(smaller).length > HANDOVER_BYTES_MAX) smaller.interests = new InterestTable();
  return { bytes: encodeUser(smaller), overflowed };
}

function readState(base64: string): UserState | undefined {
  try {
    return decodeUser(Buffer.from(base64, 'base64'));
  } catch {
    return undefined; // any failure means the same: not a state; the fold counts it and goes on
  }
}
