/**
 * The features that are the same for every item of a list: who asks, when, from where, with which history.
 * Alone they calibrate; in the factorisation machine they meet the item's features. The recent items and the
 * strongest tastes stand here as a set, so that the machine learns item-item and taste-item affinities
 * (as SVD++'s implicit feedback does) instead of one weight per rare pair.
 */
import type { Context } from '#events';
import { combine32, fnv1a32 } from '#kernel';
import { DIMENSIONS, SEEDS } from './dimensions.js';
import { FAMILY } from './families.js';
import { GROUP, type UsedGroups } from './feature-groups.js';
import type { FeatureWriter } from './feature-writer.js';
import { clamp, logBucket } from './scales.js';
import type { UserSignals } from './user-signals.js';

/** Recent items in the set. */
export const RECENT_SET_MAX = 6;
/** Strongest positive interests in the set. */
export const TASTE_SET_MAX = 4;
export const PROFILE_FEATURES_MAX = 12;
export const CONTEXT_FEATURES_MAX = 16;
/** Entries of the context that are crossed with the user, the item and its category: the first ones given. */
export const CONTEXT_CROSSES_MAX = 2;
/** Lists whose clicks are remembered one by one. */
const LAST_LISTS_MAX = 4;
const ACTIVITY_WINDOWS_MS = [300_000, 3_600_000, 86_400_000] as const;
const TYPED_WINDOWS_MS = [3_600_000, 86_400_000] as const;
/** Types of one window, those done most. */
const TYPED_MAX = 6;
/** A click rate starts from 1 click in 8 items shown. */
export const CTR_PRIOR_CLICKS = 1;
export const CTR_PRIOR_SHOWN = 8;

export interface UserReading {
  hour: number;
  /** 0 without a device. */
  deviceHash: number;
  /** Feature indices of the entries that are crossed. */
  readonly contextHashes: Uint32Array;
  contexts: number;
  /** How much of the long- and short-term values is left at the moment of extraction. */
  longLeft: number;
  shortLeft: number;
  /** The user's own smoothed click rate. */
  ctr: number;
}

export function addUserFeatures(
  out: FeatureWriter,
  user: UserSignals,
  context: Context | undefined,
  now: number,
  reading: UserReading,
  groups: UsedGroups,
): void {
  out.add(SEEDS.bias, 1);
  out.name('bias');
  if (groups & GROUP.user) addIdentity(out, user);
  readClickRate(user, reading);
  if (groups & GROUP['click-rate']) addClickRate(out, user, reading);
  if (groups & GROUP.activity) addActivity(out, user, now);
  if (groups & GROUP['typed-activity']) addTypedActivity(out, user, now);
  if (groups & GROUP['last-lists']) addLastLists(out, user, now);
  readHour(context, now, reading);
  if (groups & GROUP.context) addContext(out, user.userHash, context, reading);
  if (groups & GROUP.profile) addProfile(out, user);
  if (groups & GROUP['recent-items']) addRecentItems(out, user);
  if (groups & GROUP.tastes) addTastes(out, user);
}

function addIdentity(out: FeatureWriter, user: UserSignals): void {
  out.addRated(FAMILY.user, combine32(SEEDS.user, user.userHash), 1);
  out.name('user');
  out.add(combine32(SEEDS.segment, user.segment), 1);
  out.name('segment');
}

function readClickRate({ interests }: UserSignals, reading: UserReading): void {
  const left = reading.longLeft;
  reading.ctr =
    (interests.clickedTotal * left + CTR_PRIOR_CLICKS) / (interests.shownTotal * left + CTR_PRIOR_SHOWN);
}

function addClickRate(out: FeatureWriter, { interests }: UserSignals, reading: UserReading): void {
  const logit = clamp(Math.log(reading.ctr / Math.max(1e-3, 1 - reading.ctr)), 4);
  out.add(SEEDS.userCtr, logit / 4);
  out.add(combine32(SEEDS.userCtrBucket, Math.floor(logit * 2)), 1);
  out.add(combine32(SEEDS.exposure, logBucket(Math.floor(interests.shownTotal * reading.longLeft))), 1);
  out.name('your click rate');
}

function addActivity(out: FeatureWriter, user: UserSignals, now: number): void {
  for (let i = 0; i < ACTIVITY_WINDOWS_MS.length; i++) {
    const windowMs = ACTIVITY_WINDOWS_MS[i]!;
    out.add(combine32(SEEDS.activity + i, logBucket(user.actionsWithin(windowMs, now))), 1);
    if (out.named) out.name(`activity within ${windowMs / 1000} s`);
  }
}

function addTypedActivity(out: FeatureWriter, user: UserSignals, now: number): void {
  TYPED_WINDOWS_MS.forEach((windowMs, i) => {
    const counts = Object.entries(user.actionsByType(windowMs, now)).sort(
      ([a, m], [b, n]) => n - m || (a < b ? -1 : 1),
    );
    for (const [type, count] of counts.slice(0, TYPED_MAX)) {
      const seed = combine32(SEEDS.typedActivity + i, fnv1a32(type));
      out.add(combine32(seed, logBucket(count)), 1);
      if (out.named) out.name(`${type} within ${windowMs / 1000} s`);
    }
  });
}

/** Which of the last lists were clicked, the newest first, and how long ago the newest was shown. */
function addLastLists(out: FeatureWriter, user: UserSignals, now: number): void {
  const shown = user.shownItems.times;
  const acted = user.recents.times;
  let end = Infinity;
  let lists = 0;
  let clicked = 0;
  for (; lists < LAST_LISTS_MAX; lists++) {
    let newest = -Infinity;
    for (let i = 0; i < shown.length; i++) if (shown[i]! < end && shown[i]! > newest) newest = shown[i]!;
    if (newest === -Infinity) break;
    let k = acted.length - 1;
    while (k >= 0 && acted[k]! >= end) k--;
    if (k >= 0 && acted[k]! >= newest) clicked |= 1 << lists;
    if (lists === 0) {
      const ago = logBucket(Math.floor(Math.max(0, now - newest) / 1_000));
      out.add(combine32(SEEDS.lastAgo, 2 * ago + (clicked & 1)), 1);
    }
    end = newest;
  }
  out.add(combine32(SEEDS.lastLists, (lists << LAST_LISTS_MAX) | clicked), 1);
  out.name('your last lists');
}

/** Every entry of the context is a feature; numbers by value, so a caller buckets what is continuous. */
function addContext(
  out: FeatureWriter,
  userHash: number,
  context: Context | undefined,
  reading: UserReading,
): void {
  out.add(combine32(SEEDS.hour, reading.hour), 1);
  out.name('hour');
  if (!context) return;
  let used = 0;
  for (const key in context) {
    if (key === 'hour') continue;
    if (used++ === CONTEXT_FEATURES_MAX) break;
    const value = context[key]!;
    const valueHash = fnv1a32(typeof value === 'string' ? value : String(value));
    if (key === 'device') reading.deviceHash = valueHash;
    const hash = combine32(combine32(SEEDS.context, fnv1a32(key)), valueHash);
    out.addRated(FAMILY.context, hash, 1);
    if (reading.contexts < CONTEXT_CROSSES_MAX) {
      out.addRated(FAMILY['user x context'], combine32(combine32(SEEDS.userContext, hash), userHash), 1);
      reading.contextHashes[reading.contexts++] = hash;
    }
    if (out.named) out.name(`${key} ${value}`);
  }
}

function readHour(context: Context | undefined, now: number, reading: UserReading): void {
  reading.hour = hourOf(context, now);
  reading.deviceHash = 0;
  reading.contexts = 0;
}

/** `context.hour` (0 .. 23, the user's own) or the hour of the event time in UTC. */
function hourOf(context: Context | undefined, now: number): number {
  const given = context?.hour;
  if (typeof given === 'number' && given >= 0 && given < 24) return Math.floor(given);
  return Math.floor(now / 3_600_000) % 24;
}

function addProfile(out: FeatureWriter, user: UserSignals): void {
  const n = Math.min(PROFILE_FEATURES_MAX, user.profileHashes.length);
  for (let i = 0; i < n; i++) out.addRated(FAMILY.profile, user.profileHashes[i]!, 1);
  out.name('profile');
}

function addRecentItems(out: FeatureWriter, user: UserSignals): void {
  const { hashes } = user.recents;
  const n = Math.min(RECENT_SET_MAX, hashes.length);
  const value = 1 / Math.sqrt(n);
  for (let i = hashes.length - n; i < hashes.length; i++) out.add(combine32(SEEDS.recent, hashes[i]!), value);
  out.name('recent items');
}

/** The strongest long-term interests among categories, brands and tags; ties go to the older row. */
function addTastes(out: FeatureWriter, { interests }: UserSignals): void {
  const { hashes, long, rows } = interests;
  let above = Infinity;
  let aboveRow = -1;
  for (let k = 0; k < TASTE_SET_MAX; k++) {
    let best = -1;
    let bestValue = 0;
    for (let row = 0; row < rows; row++) {
      const value = long[row]!;
      if (value > bestValue && (value < above || (value === above && row > aboveRow))) {
        best = row;
        bestValue = value;
      }
    }
    if (best < 0) return;
    out.add(combine32(SEEDS.taste, hashes[best]!), 0.5);
    if (out.named) out.name(`you like ${DIMENSIONS[interests.dimensionOf(best)]} ${interests.labelOf(best)}`);
    above = bestValue;
    aboveRow = best;
  }
}
