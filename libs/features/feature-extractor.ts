/**
 * Features of (user, item, context, moment): the one code for serving and for learning (invariant I8).
 * Deterministic, clock-free; indices are full 32-bit hashes. Scoring many items for one user: `begin` once, then
 * `extract` for each. Neither allocates nor joins strings, unless names are asked for.
 */
import type { Context, FeatureVector } from '#events';
import { cosine } from '#vectors';
import { SEEDS } from './dimensions.js';
import { ALL_GROUPS, GROUP, type UsedGroups } from './feature-groups.js';
import { FeatureWriter } from './feature-writer.js';
import { HashSieve } from './hash-sieve.js';
import { InterestIndex } from './interest-index.js';
import { InterestLifts } from './interest-lifts.js';
import { addMatch } from './interest-match.js';
import { addAge, addCrosses, addHistory, addOwn, addSegmentItem } from './item-features.js';
import { CATEGORIES_USED_MAX, itemHash, TAGS_USED_MAX, type ItemSignals } from './item-signals.js';
import { addUserFeatures, CONTEXT_CROSSES_MAX, type UserReading } from './user-features.js';
import type { UserSignals } from './user-signals.js';

/** Scalars of the request or the page; `hour` (0..23, local) and `device` are also crossed with categories. */
export type RequestContext = Context;

/** Kept free at the end of every vector for the position. */
const RESERVED = 1;

export class FeatureExtractor {
  private readonly writer = new FeatureWriter();
  private readonly index = new InterestIndex();
  private readonly lifts = new InterestLifts();
  /** The items that the user acted on or was shown. */
  private readonly past = new HashSieve();
  private readonly reading: UserReading = {
    hour: 0,
    deviceHash: 0,
    contextHashes: new Uint32Array(CONTEXT_CROSSES_MAX),
    contexts: 0,
    longLeft: 1,
    shortLeft: 1,
    ctr: 0,
  };
  private readonly single = [0];
  private user: UserSignals | undefined;
  private context: RequestContext | undefined;
  private now = 0;
  private groups = ALL_GROUPS;

  /** Reads the user once. Later changes of the user are not seen until the next `begin`. @param now event time, ms */
  begin(
    user: UserSignals,
    context: RequestContext | undefined,
    now: number,
    groups: UsedGroups = ALL_GROUPS,
  ): void {
    this.groups = groups;
    this.user = user;
    this.context = context;
    this.now = now;
    const { at, halfLifeMs, shortHalfLifeMs, hashes, rows } = user.interests;
    const elapsed = at > 0 ? Math.max(0, now - at) : 0;
    this.reading.longLeft = 2 ** -(elapsed / halfLifeMs);
    this.reading.shortLeft = 2 ** -(elapsed / shortHalfLifeMs);
    this.index.fill(hashes, rows);
    this.lifts.clear(rows);
    this.past.fill(user.recents.hashes, user.shownItems.hashes);
  }

  /**
   * The features that all items of the list share: they come first in every vector of `extract`.
   * @returns how many
   */
  shared(out: FeatureVector, names?: string[]): number {
    if (names) names.length = 0;
    this.writer.open(out, RESERVED, names, (this.groups & GROUP.rates) !== 0);
    addUserFeatures(this.writer, this.begun(), this.context, this.now, this.reading, this.groups);
    return (out.length = this.writer.length);
  }

  /** Only the item's own features, to stand after the shared ones in `out`, whose first `shared` entries stay. */
  extend(
    out: FeatureVector,
    shared: number,
    item: ItemSignals | undefined,
    itemId: string,
    names?: string[],
  ): void {
    const user = this.begun();
    const { writer, groups } = this;
    writer.open(out, RESERVED, names, (groups & GROUP.rates) !== 0);
    writer.length = shared;
    const hash = item ? item.hashes.id : itemHash(itemId);
    if (!item) {
      if (groups & GROUP.item) writer.add(hash, 1);
      writer.name('item');
    } else {
      if (groups & GROUP.item) addOwn(writer, item);
      if (groups & GROUP.match) this.addMatches(user, item);
      if (groups & GROUP.age) addAge(writer, item, this.now);
      if (groups & GROUP.crosses) addCrosses(writer, user, item, this.reading);
    }
    if (groups & GROUP['segment-items']) addSegmentItem(writer, user, hash);
    if (groups & GROUP.history) addHistory(writer, user, hash, this.now, this.past);
    if (groups & GROUP.embedding && item?.embedding && user.embedding?.length === item.embedding.length) {
      writer.add(SEEDS.embedding, cosine(user.embedding, item.embedding));
      writer.name('similar to what you chose');
    }
    out.length = writer.length;
  }

  /** What of the user's interests the item matches, and nothing else: part of what `extend` writes. */
  matches(out: FeatureVector, item: ItemSignals): void {
    const { writer, groups } = this;
    writer.open(out, RESERVED, undefined, (groups & GROUP.rates) !== 0);
    if (groups & GROUP.match) this.addMatches(this.begun(), item);
    out.length = writer.length;
  }

  extract(item: ItemSignals | undefined, itemId: string, out: FeatureVector, names?: string[]): void {
    this.extend(out, this.shared(out, names), item, itemId, names);
  }

  private addMatches(user: UserSignals, item: ItemSignals): void {
    const { interests } = user;
    if (interests.rows === 0) return;
    const { categories, tags, brand, price } = item.hashes;
    const { writer, index, lifts, reading, single } = this;
    const used = Math.min(CATEGORIES_USED_MAX, categories.length);
    addMatch(writer, 0, categories, used, interests, index, lifts, reading);
    addMatch(writer, 1, tags, Math.min(TAGS_USED_MAX, tags.length), interests, index, lifts, reading);
    single[0] = brand;
    if (brand !== 0) addMatch(writer, 2, single, 1, interests, index, lifts, reading);
    single[0] = price;
    if (price !== 0) addMatch(writer, 3, single, 1, interests, index, lifts, reading);
  }

  private begun(): UserSignals {
    if (!this.user) throw new Error('begin() comes first');
    return this.user;
  }
}

const extractor = new FeatureExtractor();

/**
 * The features of one item for one user. For many items of one user, a FeatureExtractor is several times faster.
 * @param item undefined when the catalogue does not have it
 * @param now event time, ms
 * @param out filled from its start, up to its capacity less the slot for the position
 * @param names if given, receives a human name for each feature, in parallel
 */
export function extractFeatures(
  user: UserSignals,
  item: ItemSignals | undefined,
  itemId: string,
  context: RequestContext | undefined,
  now: number,
  out: FeatureVector,
  names?: string[],
): void {
  extractor.begin(user, context, now);
  extractor.extract(item, itemId, out, names);
}
