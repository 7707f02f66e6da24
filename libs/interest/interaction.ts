/** An interaction: engagement always; a positive outcome when it closes an item of an open impression. */
import { fnv1a32, key53 } from '#kernel';
import {
  AUDIENCES_MAX,
  RECENT_KEYS_MAX,
  type Engagement,
  type FeedbackRecord,
  type Interaction,
} from '#events';
import {
  audiencesOf,
  CATEGORIES_USED_MAX,
  itemHash,
  itemLabels,
  TAGS_USED_MAX,
  tasteSketch,
  userLabels,
  type ItemSignals,
} from '#features';
import type { EmbeddingFate } from './decayed-embedding.js';
import { itemAt, type FoldMoment } from './fold-moment.js';
import { CONVERTED, LIKED, withDeed } from './deeds.js';
import { addClickedLabels } from './impression.js';
import { interactionWeight } from './interaction-weight.js';
import { clickedOutcome } from './outcomes.js';
import type { ClickMatch } from './pending-impressions.js';
import { segmentOf } from './segments.js';
import type { UserState } from './user-state.js';

/** A weight of this or below is a dislike: the item is not recommended again. */
const DISLIKE_WEIGHT = -1;

export interface InteractionDecision {
  readonly kind: 'interaction';
  readonly records: FeedbackRecord[];
  readonly event: Interaction;
  readonly item: ItemSignals | undefined;
  readonly itemKey: number;
  readonly itemHash: number;
  /** Effective weight: the type's, scaled by the value. */
  readonly weight: number;
  /** Of the type alone: what a click weighs as an outcome; 0 for an unknown type. */
  readonly typeWeight: number;
  readonly knownType: boolean;
  /**
   * What the interaction means for attribution: `none` when its type is not a positive one; `closed` an open item;
   * `repeated` a click already counted; `late` after the window or after the impression had ended; `orphan` on an
   * item that was not seen shown.
   */
  readonly attribution: 'none' | 'closed' | 'repeated' | 'late' | 'orphan';
  readonly match: ClickMatch | undefined;
  /** What else it says of the shown item: a deed (deeds.ts), seconds stayed. */
  readonly deed: number;
  readonly dwellSeconds: number | undefined;
  readonly listKey: number;
  /** What becomes of the item's embedding. */
  readonly embedding: EmbeddingFate;
}

export function decideInteraction(
  user: UserState,
  event: Interaction,
  moment: FoldMoment,
): InteractionDecision {
  const { cause, at, rules } = moment;
  const item = itemAt(moment, event.itemId);
  const itemKey = key53(event.itemId);
  const hash = item ? item.hashes.id : itemHash(event.itemId);
  const typeWeight = rules.weights.get(event.type);
  const weight = typeWeight === undefined ? 0 : interactionWeight(event.type, typeWeight, event.value);
  const listKey = event.recommendationId === undefined ? 0 : key53(event.recommendationId);
  const isPositive = rules.positiveTypes.has(event.type);
  const deed =
    (rules.likeTypes.has(event.type) ? LIKED : 0) | (rules.conversionTypes.has(event.type) ? CONVERTED : 0);
  const dwellSeconds = event.type === 'dwell' ? event.value : undefined;
  const match =
    isPositive || deed !== 0 || dwellSeconds !== undefined
      ? user.pending.match(itemKey, listKey, at, rules.attributionMs)
      : undefined;
  const closes = isPositive && match?.kind === 'open';
  const records: FeedbackRecord[] = [engagement(user, event, item, itemKey, weight, moment)];
  if (closes) records.push(clickedOutcome(user, match.impression, match.item, typeWeight ?? 0, cause));
  const attribution = isPositive ? attributionOf(user, match, hash, at) : 'none';
  return {
    kind: 'interaction',
    records,
    event,
    item,
    itemKey,
    itemHash: hash,
    weight,
    typeWeight: typeWeight ?? 0,
    knownType: typeWeight !== undefined,
    attribution,
    match,
    deed,
    dwellSeconds,
    listKey,
    embedding:
      weight !== 0 && item?.embedding
        ? user.taste.fateOf(item.embedding, weight, at, rules.halfLifeMs)
        : 'joins',
  };
}

export function evolveInteraction(user: UserState, decision: InteractionDecision, moment: FoldMoment): void {
  const { event, item, itemKey, weight, attribution, match, deed, dwellSeconds, listKey } = decision;
  const { at, rules } = moment;
  const typeRow = user.counters.interaction(event.type);
  user.actions.add(at, decision.itemHash, typeRow, rules.windowEventsMax);
  user.interests.open(at, rules.halfLifeMs, rules.shortHalfLifeMs, rules.interestsMax);
  if (weight !== 0 && item) addInterests(user, item, weight, moment);
  if (match?.kind === 'open' || match?.kind === 'clicked') {
    const { deeds } = match.impression;
    deeds[match.item] = withDeed(deeds[match.item]!, deed, dwellSeconds);
  }
  if (attribution === 'closed' && match?.kind === 'open') {
    match.impression.clicked[match.item] = 1;
    user.counters.attributedClicks++;
    user.interests.addTotals(0, 1);
    if (item) addClickedLabels(user, item);
  } else if (attribution === 'late' || attribution === 'orphan') {
    user.earlyClicks.add(
      { itemKey, listKey, at, weight: decision.typeWeight },
      user.counters.lastSeenAt,
      rules.attributionMs,
    );
  }
  rememberItem(user, decision, typeRow, at, rules.recentMax);
  user.setSegment(segmentOf(user.profile, user.counters, rules.segments));
}

function attributionOf(
  user: UserState,
  match: ClickMatch | undefined,
  hash: number,
  at: number,
): InteractionDecision['attribution'] {
  switch (match?.kind) {
    case undefined:
      return 'none';
    case 'open':
      return 'closed';
    case 'clicked':
      return 'repeated';
    case 'expired':
      return 'late';
    case 'none': {
      const shownAt = user.shownItems.lastShown(hash);
      return shownAt !== undefined && shownAt <= at ? 'late' : 'orphan';
    }
  }
}

/** Recent items are named for positive weights only: a dislike says nothing about what belongs together. */
function engagement(
  user: UserState,
  event: Interaction,
  item: ItemSignals | undefined,
  itemKey: number,
  weight: number,
  moment: FoldMoment,
): Engagement {
  const { rules, at } = moment;
  const recentKeys: number[] = [];
  const recentAgesSeconds: number[] = [];
  const { keys, times } = user.recents;
  for (let i = weight > 0 ? keys.length - 1 : -1; i >= 0 && recentKeys.length < RECENT_KEYS_MAX; i--) {
    if (keys[i] === itemKey) continue;
    recentKeys.push(keys[i]!);
    recentAgesSeconds.push(Math.fround(Math.abs(at - times[i]!) / 1000));
  }
  const { value } = event;
  return {
    kind: 'engagement',
    cause: moment.cause,
    timestamp: at,
    userKey: user.userKey,
    itemKey,
    segment: user.segment,
    taste: rules.tasteSketch ? tasteSketch(user.interests) : 0,
    audiences: audiencesOf(rules.audienceAttributes, user.profile, event.context, AUDIENCES_MAX).map(
      ({ group }) => group,
    ),
    repeated: keys.includes(itemKey),
    typeHash: fnv1a32(event.type),
    weight: Math.fround(weight),
    recentKeys,
    recentAgesSeconds,
    value,
    itemLabels: itemLabels(item),
    userLabels: event.type === 'rating' && value !== undefined ? userLabels(user) : undefined,
  };
}

/** Each dimension receives the weight once: labels of one item share it by 1/√labels. */
function addInterests(user: UserState, item: ItemSignals, weight: number, { at, rules }: FoldMoment): void {
  const { interests } = user;
  const { categories, tags, brand, price, names } = item.hashes;
  const max = rules.interestsMax;
  const nCategories = Math.min(CATEGORIES_USED_MAX, categories.length);
  const nTags = Math.min(TAGS_USED_MAX, tags.length);
  for (let i = 0; i < nCategories; i++) {
    interests.addWeight(categories[i]!, names.categories[i]!, weight / Math.sqrt(nCategories), max);
  }
  for (let i = 0; i < nTags; i++)
    interests.addWeight(tags[i]!, names.tags[i]!, weight / Math.sqrt(nTags), max);
  if (brand !== 0) interests.addWeight(brand, names.brand, weight, max);
  if (price !== 0) interests.addWeight(price, names.price, weight, max);
  if (item.embedding) user.taste.add(item.embedding, weight, at, rules.halfLifeMs);
}

function rememberItem(
  user: UserState,
  decision: InteractionDecision,
  type: number,
  at: number,
  recentMax: number,
): void {
  const { event, item, itemKey, itemHash: hash, weight } = decision;
  if (weight > 0) {
    const category = item?.hashes.categories[0] ?? 0;
    const id = item?.id ?? event.itemId; // the catalogue's string: one for all users
    user.recents.add({ id, key: itemKey, hash, category, at, weight, type }, recentMax);
  }
  if (event.type === 'purchase') user.purchased.add(itemKey);
  if (weight <= DISLIKE_WEIGHT) user.disliked.add(itemKey);
  else if (weight >= -DISLIKE_WEIGHT) user.disliked.delete(itemKey);
}
