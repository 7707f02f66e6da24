/** The features of one item, alone and crossed with the user: identity, labels, attributes, age, history. */
import { combine32 } from '#kernel';
import { SEEDS } from './dimensions.js';
import { FAMILY } from './families.js';
import type { FeatureWriter } from './feature-writer.js';
import type { HashSieve } from './hash-sieve.js';
import { ownNames, type ItemSignals } from './item-signals.js';
import { logBucket, squash } from './scales.js';
import type { UserReading } from './user-features.js';
import type { UserSignals } from './user-signals.js';

/** Categories crossed with the user, the segment, the hour, the device. */
const CROSSED_CATEGORIES_MAX = 3;
const CONTEXT_CATEGORIES_MAX = 1;
/** Newest recent items crossed with the item. */
const RECENT_CROSSES_MAX = 3;

/** The item itself, its labels and its attributes. */
export function addOwn(out: FeatureWriter, item: ItemSignals): void {
  const { indices, values } = item.hashes.own;
  for (let i = 0; i < indices.length; i++) out.addMade(indices[i]!, values[i]!);
  if (out.named) out.nameEach(ownNames(item));
}

/** Age in event time: numeric, and one bucket an octave of hours. Items dated after `now` are new. */
export function addAge(out: FeatureWriter, item: ItemSignals, now: number): void {
  const hours = Math.max(0, now - item.createdAt) / 3_600_000;
  out.add(SEEDS.age, 1 - squash(hours / 168));
  out.add(combine32(SEEDS.ageBucket, logBucket(Math.floor(hours))), 1);
  out.name('age');
}

export function addCrosses(
  out: FeatureWriter,
  user: UserSignals,
  item: ItemSignals,
  reading: UserReading,
): void {
  const { categories, brand } = item.hashes;
  const crossed = Math.min(CROSSED_CATEGORIES_MAX, categories.length);
  const value = 1 / Math.sqrt(crossed);
  const userSeed = combine32(SEEDS.userCategory, user.userHash);
  const segmentSeed = combine32(SEEDS.segmentCategory, user.segment);
  for (let i = 0; i < crossed; i++) {
    out.addRated(FAMILY['user x category'], combine32(userSeed, categories[i]!), value);
    if (out.named) out.name(`you × ${item.categories[i]}`);
    out.add(combine32(segmentSeed, categories[i]!), value);
    if (out.named) out.name(`your segment × ${item.categories[i]}`);
  }
  if (brand !== 0)
    out.addRated(FAMILY['user x brand'], combine32(combine32(SEEDS.userBrand, user.userHash), brand), 1);
  if (out.named) out.name(`you × ${item.brand}`);
  const inContext = Math.min(CONTEXT_CATEGORIES_MAX, categories.length);
  for (let i = 0; i < inContext; i++) {
    out.add(combine32(combine32(SEEDS.hourCategory, reading.hour), categories[i]!), 1);
    if (reading.deviceHash !== 0)
      out.add(combine32(combine32(SEEDS.deviceCategory, reading.deviceHash), categories[i]!), 1);
    if (out.named) out.name(`hour and device × ${item.categories[i]}`);
  }
  for (let i = 0; i < reading.contexts; i++) {
    const context = reading.contextHashes[i]!;
    const item_ = combine32(combine32(SEEDS.itemContext, context), item.hashes.id);
    out.addRated(FAMILY['item x context'], item_, 1);
    if (crossed > 0) {
      const category = combine32(combine32(SEEDS.categoryContext, context), categories[0]!);
      out.addRated(FAMILY['category x context'], category, 1);
    }
    if (out.named) out.name('in this context');
  }
  const last = user.recents.lastCategory;
  if (last !== 0 && categories.length > 0)
    out.add(combine32(combine32(SEEDS.lastCategory, last), categories[0]!), 1);
  out.name('after your last one');
}

/** The item for people like the user. */
export function addSegmentItem(out: FeatureWriter, user: UserSignals, hash: number): void {
  out.addRated(FAMILY['segment x item'], combine32(combine32(SEEDS.segmentItem, user.segment), hash), 1);
  out.name('in your segment');
}

/** What already happened between this user and this item, and the user's newest items beside it. */
export function addHistory(
  out: FeatureWriter,
  user: UserSignals,
  hash: number,
  now: number,
  past: HashSieve,
): void {
  const recents = user.recents;
  const n = recents.hashes.length;
  for (let i = Math.max(0, n - RECENT_CROSSES_MAX); i < n; i++) {
    out.add(combine32(combine32(SEEDS.recentItem, recents.hashes[i]!), hash), 1);
    if (out.named) out.name(`with ${recents.ids[i]}`);
  }
  if (!past.mayHold(hash)) return;
  const acted = recents.hashes.lastIndexOf(hash);
  if (acted >= 0) out.add(combine32(SEEDS.actedBefore, ageBucket(now - recents.times[acted]!)), 1);
  out.name('you chose it before');
  const shown = user.shownItems.hashes.indexOf(hash);
  if (shown < 0) return;
  out.add(combine32(SEEDS.shownBefore, Math.min(8, user.shownItems.counts[shown]!)), 1);
  const since = user.shownItems.times[shown]!;
  const chosen = acted >= 0 && recents.times[acted]! >= since ? 1 : 0;
  out.add(combine32(SEEDS.shownAgo, 2 * agoBucket(now - since) + chosen), 1);
  out.name('shown to you before');
}

/** One bucket an octave of seconds. */
function agoBucket(ms: number): number {
  return logBucket(Math.floor(Math.max(0, ms) / 1_000));
}

/** One bucket an octave of minutes. */
function ageBucket(ms: number): number {
  return logBucket(Math.floor(Math.max(0, ms) / 60_000));
}
