/** An impression: exposure and an outcome for each item at once, with the features of this very moment; both wait for clicks. */
import { key53 } from '#kernel';
import {
  FEATURES_MAX,
  newFeatureVector,
  type FeatureVector,
  type FeedbackRecord,
  type Impression,
} from '#events';
import {
  CATEGORIES_USED_MAX,
  FeatureExtractor,
  itemHash,
  TAGS_USED_MAX,
  tasteSketch,
  type ItemSignals,
} from '#features';
import type { EarlyClick } from './early-clicks.js';
import { itemAt, type FoldMoment } from './fold-moment.js';
import { clickedOutcome, shownOutcomes } from './outcomes.js';
import { PendingImpression } from './pending-impression.js';
import { sequels } from './sequels.js';
import type { ServedList } from './served-lists.js';
import type { UserState } from './user-state.js';

export interface ImpressionDecision {
  readonly kind: 'impression';
  readonly records: FeedbackRecord[];
  readonly opened: PendingImpression;
  /** Of each item of `opened`, in order. */
  readonly items: readonly (ItemSignals | undefined)[];
  readonly hashes: readonly number[];
  /** Clicks that came before their impression, and the items of `opened` they close. */
  readonly claimed: readonly { click: EarlyClick; item: number }[];
  /** Impressions that must end to make room, maybe `opened` itself. */
  readonly overflowed: readonly PendingImpression[];
  /** Items that the list named again. */
  readonly repeatedItems: number;
}

const extractor = new FeatureExtractor();
/** Features of a list being gathered: the shared ones, then those of each item. */
let gathered: FeatureVector = newFeatureVector(FEATURES_MAX * 32);
const single: FeatureVector = newFeatureVector(FEATURES_MAX);

export function decideImpression(user: UserState, event: Impression, moment: FoldMoment): ImpressionDecision {
  const { opened, itemIds } = openImpression(user, event, moment);
  const items = itemIds.map((id) => itemAt(moment, id));
  const hashes = items.map((item, i) => (item ? item.hashes.id : itemHash(itemIds[i]!)));
  attachFeatures(opened, user, event, items, itemIds, moment);
  const records: FeedbackRecord[] = [
    {
      kind: 'exposure',
      cause: moment.cause,
      timestamp: moment.at,
      segment: user.segment,
      depth: opened.depth,
      taste: opened.taste,
      itemKeys: opened.itemKeys,
      positions: opened.positions,
    },
  ];
  const claimed = claimEarlyClicks(user, opened, moment);
  records.push(...shownOutcomes(user, opened, moment.cause));
  for (const { click, item } of claimed)
    records.push(clickedOutcome(user, opened, item, click.weight, moment.cause));
  const overflowed = user.pending.overflowWith([opened], moment.rules.pendingImpressionsMax);
  for (const impression of overflowed) records.push(...sequels(user, impression, moment.cause));
  const repeatedItems = event.items.length - opened.size;
  return { kind: 'impression', records, opened, items, hashes, claimed, overflowed, repeatedItems };
}

export function evolveImpression(user: UserState, decision: ImpressionDecision, moment: FoldMoment): void {
  const { opened, items, hashes, claimed, overflowed } = decision;
  const { rules, at } = moment;
  user.counters.impressions++;
  user.counters.itemsShown += opened.size;
  user.counters.attributedClicks += claimed.length;
  const { interests } = user;
  interests.open(at, rules.halfLifeMs, rules.shortHalfLifeMs, rules.interestsMax);
  interests.addTotals(opened.size, claimed.length);
  for (let i = 0; i < items.length; i++) {
    user.shownItems.add(hashes[i]!, at);
    const item = items[i];
    if (item) addShownLabels(user, item, rules.interestsMax);
  }
  for (const { click, item } of claimed) {
    user.earlyClicks.remove(click);
    const signals = items[item];
    if (signals) addClickedLabels(user, signals);
  }
  user.pending.add(opened);
  user.pending.remove(overflowed);
}

/** Counts a click for the labels of its item. The table is open at the click's time. */
export function addClickedLabels(user: UserState, item: ItemSignals): void {
  const { categories, tags, brand, price } = item.hashes;
  for (let i = 0; i < categories.length && i < CATEGORIES_USED_MAX; i++)
    user.interests.addClicked(categories[i]!);
  for (let i = 0; i < tags.length && i < TAGS_USED_MAX; i++) user.interests.addClicked(tags[i]!);
  if (brand !== 0) user.interests.addClicked(brand);
  if (price !== 0) user.interests.addClicked(price);
}

/** Tags only count where the user already has the row: lists show too many of them to start rows for all. */
function addShownLabels(user: UserState, item: ItemSignals, max: number): void {
  const { categories, tags, brand, price, names } = item.hashes;
  const { interests } = user;
  for (let i = 0; i < categories.length && i < CATEGORIES_USED_MAX; i++) {
    interests.addShown(categories[i]!, names.categories[i]!, max);
  }
  for (let i = 0; i < tags.length && i < TAGS_USED_MAX; i++) interests.addShown(tags[i]!, names.tags[i]!, 0);
  if (brand !== 0) interests.addShown(brand, names.brand, max);
  if (price !== 0) interests.addShown(price, names.price, max);
}

/** The pending impression without features; an item named twice counts where it stands first. */
function openImpression(user: UserState, event: Impression, { at, rules }: FoldMoment) {
  const recommendationKey = event.recommendationId === undefined ? 0 : key53(event.recommendationId);
  const served = user.served.find(recommendationKey);
  const opened = new PendingImpression(
    key53(event.eventId),
    recommendationKey,
    at,
    Math.ceil((at + rules.attributionMs) / 1000) * 1000,
    user.segment,
    event.depth ?? 0,
    rules.tasteSketch ? tasteSketch(user.interests) : 0,
  );
  const itemIds: string[] = [];
  for (let i = 0; i < event.items.length; i++) {
    const { itemId, position, propensity } = event.items[i]!;
    const itemKey = key53(itemId);
    if (opened.itemKeys.includes(itemKey)) continue;
    const known = Math.fround(propensity ?? servedPropensity(served, itemKey));
    opened.addItem({ itemKey, position: position ?? i + 1, propensity: known });
    itemIds.push(itemId);
  }
  return { opened, itemIds };
}

function servedPropensity(served: ServedList | undefined, itemKey: number): number {
  const place = served ? served.itemKeys.indexOf(itemKey) : -1;
  return place < 0 ? 0 : served!.propensities[place]!;
}

function attachFeatures(
  opened: PendingImpression,
  user: UserState,
  event: Impression,
  items: readonly (ItemSignals | undefined)[],
  itemIds: readonly string[],
  { at, rules }: FoldMoment,
): void {
  const roomNeeded = FEATURES_MAX * (items.length + 1);
  if (gathered.indices.length < roomNeeded) gathered = newFeatureVector(roomNeeded);
  extractor.begin(user, event.context, at, rules.featureGroups);
  const shared = extractor.shared(single);
  append(gathered, single, 0, 0);
  const ends: number[] = [];
  for (let i = 0; i < items.length; i++) {
    extractor.extend(single, shared, items[i], itemIds[i]!);
    append(gathered, single, shared, gathered.length);
    ends.push(gathered.length);
  }
  opened.setFeatures(gathered, shared, ends);
}

/** Copies `from`'s features past the first `skip` to `out` at `place`, and ends `out` there. */
function append(out: FeatureVector, from: FeatureVector, skip: number, place: number): void {
  for (let i = skip; i < from.length; i++, place++) {
    out.indices[place] = from.indices[i]!;
    out.values[place] = from.values[i]!;
  }
  out.length = place;
}

function claimEarlyClicks(user: UserState, opened: PendingImpression, { at, rules }: FoldMoment) {
  const claimed: { click: EarlyClick; item: number }[] = [];
  if (user.earlyClicks.size === 0) return claimed;
  for (let item = 0; item < opened.size; item++) {
    const click = user.earlyClicks.find(
      opened.itemKeys[item]!,
      opened.recommendationKey,
      at,
      rules.attributionMs,
    );
    if (!click) continue;
    opened.clicked[item] = 1;
    claimed.push({ click, item });
  }
  return claimed;
}
