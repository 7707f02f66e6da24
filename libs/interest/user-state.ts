/**
 * Everything known about one user: a fold of the user's log entries (see evolve.ts for the only code that
 * changes it). Bounded by the settings under `interest.` and by limits.ts.
 */
import { fnv1a32, key53 } from '#kernel';
import { profileHash, type Scalar, type UserSignals } from '#features';
import { ActionWindow } from './action-window.js';
import { DecayedEmbedding } from './decayed-embedding.js';
import { EarlyClicks } from './early-clicks.js';
import { InterestTable } from './interest-table.js';
import { ItemKeys } from './item-keys.js';
import { DISLIKED_MAX, PROFILE_MAX, PURCHASED_MAX } from './limits.js';
import { PendingImpressions } from './pending-impressions.js';
import { RecentItems } from './recent-items.js';
import { SeenEvents } from './seen-events.js';
import { segmentCode, SEGMENTS } from './segments.js';
import { ServedLists } from './served-lists.js';
import { ShownItems } from './shown-items.js';
import { UserCounters } from './user-counters.js';

export class UserState implements UserSignals {
  readonly userHash: number;
  readonly userKey: number;
  /** See segments.ts; the code is what feedback carries. */
  segment = 0;
  segmentName: string = SEGMENTS[0];
  /** The user this visitor turned out to be; what was known was handed over then. */
  mergedInto: string | undefined;
  profile: ReadonlyMap<string, Scalar> = new Map();
  profileHashes: readonly number[] = [];
  counters = new UserCounters();
  interests = new InterestTable();
  taste = new DecayedEmbedding();
  actions = new ActionWindow();
  recents = new RecentItems();
  shownItems = new ShownItems();
  purchased = new ItemKeys(PURCHASED_MAX);
  disliked = new ItemKeys(DISLIKED_MAX);
  pending = new PendingImpressions();
  earlyClicks = new EarlyClicks();
  served = new ServedLists();
  seen = new SeenEvents();

  constructor(readonly userId: string) {
    this.userHash = fnv1a32(userId);
    this.userKey = key53(userId);
  }

  get embedding(): Float32Array | undefined {
    return this.taste.vector;
  }

  actionsWithin(windowMs: number, now: number): number {
    return this.actions.within(windowMs, now);
  }

  actionsByType(windowMs: number, now: number): Readonly<Record<string, number>> {
    return this.actions.counts(windowMs, now, this.counters.types).byType;
  }

  /** Replaces the profile: ascending names, at most PROFILE_MAX. */
  setProfile(attributes: ReadonlyMap<string, Scalar>): void {
    const sorted = [...attributes].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).slice(0, PROFILE_MAX);
    this.profile = new Map(sorted);
    this.profileHashes = sorted.map(([name, value]) => profileHash(name, value));
  }

  setSegment(name: string): void {
    if (name === this.segmentName) return;
    this.segmentName = name;
    this.segment = segmentCode(name);
  }
}

export function createUser(userId: string): UserState {
  return new UserState(userId);
}

/** Keys (key53) of the items that must not be recommended again: bought, disliked, or lately acted on. */
export function excludedItemKeys(user: UserState): Set<number> {
  return new Set([...user.purchased.values(), ...user.disliked.values(), ...user.recents.keys]);
}
