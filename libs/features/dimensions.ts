/**
 * The dimensions of features and their seeds. A feature's index is `combine32(seed, hash of the value)`,
 * so a dimension never needs a string at extraction. Seeds are hashes of the names: renaming a dimension
 * forgets what was learnt about it.
 */
import { combine32, fnv1a32 } from '#kernel';

const seed = (name: string): number => fnv1a32(`feature:${name}`);

/** Label dimensions that users hold interests in; the index is stored, so the order never changes. */
export const DIMENSIONS = ['category', 'tag', 'brand', 'price'] as const;
export type Dimension = 0 | 1 | 2 | 3;

const LABEL_SEEDS = DIMENSIONS.map(seed);

/** The feature index of a label: also the key under which a user's interest in it is kept. */
export function labelHash(dimension: Dimension, label: string): number {
  return combine32(LABEL_SEEDS[dimension]!, fnv1a32(label));
}

const bandLabels: string[] = [];

/** Price bands are labels like any other. @param priceBand 1 .. about 61: half-octaves up to the largest price */
export function priceBandLabel(priceBand: number): string {
  return (bandLabels[priceBand] ??= `band ${priceBand}`);
}

const PROFILE = seed('profile');

/** The feature index of one profile attribute's value. */
export function profileHash(name: string, value: string | number | boolean): number {
  return combine32(combine32(PROFILE, fnv1a32(name)), fnv1a32(String(value)));
}

export const SEEDS = {
  bias: seed('bias'),
  item: seed('item'),
  attribute: seed('attribute'),
  user: seed('user'),
  segment: seed('segment'),
  context: seed('context'),
  hour: seed('hour'),
  activity: seed('activity'),
  typedActivity: seed('typed activity'),
  userCtr: seed('user ctr'),
  userCtrBucket: seed('user ctr bucket'),
  recent: seed('recent'),
  taste: seed('taste'),
  segmentCategory: seed('segment x category'),
  segmentItem: seed('segment x item'),
  userCategory: seed('user x category'),
  userBrand: seed('user x brand'),
  hourCategory: seed('hour x category'),
  deviceCategory: seed('device x category'),
  userContext: seed('user x context'),
  itemContext: seed('item x context'),
  categoryContext: seed('category x context'),
  recentItem: seed('recent x item'),
  lastCategory: seed('last category x category'),
  age: seed('age'),
  ageBucket: seed('age bucket'),
  longMatch: seed('interest long'),
  shortMatch: seed('interest short'),
  matchBucket: seed('interest bucket'),
  lift: seed('click lift'),
  liftBucket: seed('click lift bucket'),
  shownBefore: seed('shown before'),
  shownAgo: seed('shown ago'),
  lastLists: seed('last lists'),
  lastAgo: seed('last list ago'),
  exposure: seed('items shown'),
  actedBefore: seed('acted before'),
  embedding: seed('embedding'),
  position: seed('position'),
} as const;
