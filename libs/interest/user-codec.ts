/**
 * The stored form of a user: version, then each part in a fixed order. Canonical: the same state gives the same
 * bytes, and a decoded state folds on exactly as one that was never encoded. A version this code does not know is
 * refused (invariant I5: the log fills in).
 */
import type { Scalar } from '#features';
import { ActionWindow } from './action-window.js';
import { DecayedEmbedding } from './decayed-embedding.js';
import { EarlyClicks } from './early-clicks.js';
import { InterestTable } from './interest-table.js';
import { ItemKeys } from './item-keys.js';
import { DISLIKED_MAX, PURCHASED_MAX } from './limits.js';
import { PendingImpressions } from './pending-impressions.js';
import { RecentItems } from './recent-items.js';
import { SeenEvents } from './seen-events.js';
import { ServedLists } from './served-lists.js';
import { ShownItems } from './shown-items.js';
import { invalid, StateReader, StateWriter } from './state-writer.js';
import { UserCounters } from './user-counters.js';
import { UserState } from './user-state.js';

export const USER_STATE_VERSION = 3;

const writer = new StateWriter();

export function encodeUser(state: UserState): Uint8Array {
  writer.reset();
  writer.count(USER_STATE_VERSION);
  writer.text(state.userId);
  writer.text(state.mergedInto ?? '');
  writer.text(state.segmentName);
  writeProfile(writer, state.profile);
  state.counters.write(writer);
  state.interests.write(writer);
  state.taste.write(writer);
  state.actions.write(writer);
  state.recents.write(writer);
  state.shownItems.write(writer);
  state.purchased.write(writer);
  state.disliked.write(writer);
  state.pending.write(writer);
  state.earlyClicks.write(writer);
  state.served.write(writer);
  state.seen.write(writer);
  return writer.bytes();
}

/** @throws AppError REK_SNAPSHOT_INVALID when the bytes are not a state of a known version */
export function decodeUser(bytes: Uint8Array): UserState {
  const reader = new StateReader(bytes);
  const version = reader.count();
  if (version !== USER_STATE_VERSION) throw invalid(`version ${version}`);
  const state = new UserState(reader.text());
  state.mergedInto = reader.text() || undefined;
  state.setSegment(reader.text());
  const profile = readProfile(reader);
  state.counters = UserCounters.read(reader);
  state.interests = InterestTable.read(reader);
  state.taste = DecayedEmbedding.read(reader);
  state.actions = ActionWindow.read(reader);
  state.recents = RecentItems.read(reader);
  state.shownItems = ShownItems.read(reader);
  state.purchased = ItemKeys.read(reader, PURCHASED_MAX);
  state.disliked = ItemKeys.read(reader, DISLIKED_MAX);
  state.pending = PendingImpressions.read(reader);
  state.earlyClicks = EarlyClicks.read(reader);
  state.served = ServedLists.read(reader);
  state.seen = SeenEvents.read(reader);
  if (!reader.exhausted) throw invalid('bytes are left over');
  state.setProfile(profile);
  return state;
}

/** What the packed form (packed-user.ts) writes as the stored one does, in an order of its own. */
export function writeRest(out: StateWriter, state: UserState): void {
  out.text(state.mergedInto ?? '');
  out.text(state.segmentName);
  writeProfile(out, state.profile);
  state.counters.write(out);
  state.taste.write(out);
  state.purchased.write(out);
  state.disliked.write(out);
  state.pending.write(out);
  state.earlyClicks.write(out);
  state.served.write(out);
}

export function readRest(from: StateReader, state: UserState): void {
  state.mergedInto = from.text() || undefined;
  state.setSegment(from.text());
  state.setProfile(readProfile(from));
  state.counters = UserCounters.read(from);
  state.taste = DecayedEmbedding.read(from);
  state.purchased = ItemKeys.read(from, PURCHASED_MAX);
  state.disliked = ItemKeys.read(from, DISLIKED_MAX);
  state.pending = PendingImpressions.read(from);
  state.earlyClicks = EarlyClicks.read(from);
  state.served = ServedLists.read(from);
}

function writeProfile(out: StateWriter, profile: ReadonlyMap<string, Scalar>): void {
  out.count(profile.size);
  for (const [name, value] of profile) {
    out.text(name);
    out.text(JSON.stringify(value));
  }
}

function readProfile(from: StateReader): Map<string, Scalar> {
  const profile = new Map<string, Scalar>();
  const n = from.size(2);
  for (let i = 0; i < n; i++) {
    const name = from.text();
    profile.set(name, JSON.parse(from.text()) as Scalar); // written by writeProfile
  }
  return profile;
}

/** Estimate of the memory a resident state takes, bytes: fixed costs, then each part by its size. */
export function userBytes(state: UserState): number {
  return (
    4_400 +
    state.interests.hashes.length * 24 +
    (state.embedding?.length ?? 0) * 4 +
    state.actions.size * 24 +
    state.recents.size * 110 +
    state.shownItems.hashes.length * 24 +
    (state.purchased.size + state.disliked.size) * 8 +
    state.pending.bytes +
    state.earlyClicks.size * 64 +
    state.served.size * 400 +
    state.seen.size * 16 +
    state.profile.size * 160
  );
}
