/**
 * Seeded feedback with a known truth, for tests and benchmarks: items of hidden quality, users of hidden taste, lists
 * whose clicks follow a logistic model of both. The same options give the same records, byte for byte.
 */
import { combine32, fnv1a32, key53, SeededRandom } from '#kernel';
import {
  encodeFeedbackBatch,
  packTaste,
  TASTE_DIMENSIONS,
  type FeedbackRecord,
  type FeatureVector,
} from '#events';
import { sigmoid } from './logistic.js';

export interface SyntheticOptions {
  readonly seed: number;
  readonly lists: number;
  readonly items?: number;
  readonly users?: number;
  readonly listLength?: number;
  /** Features of an outcome. */
  readonly features?: number;
}

/** Spacing of the lists in event time, ms. */
const LIST_MS = 1_000;
const FIRST_MS = 1_700_000_000_000;
const CATEGORIES = 12;
const CLICK = fnv1a32('click');

/** For each list: its exposure, its clicks with their engagements, then its unclicked items. */
export function* syntheticFeedback(options: SyntheticOptions): Generator<FeedbackRecord> {
  const { seed, lists, items = 200, users = 50, listLength = 10, features: count = 8 } = options;
  const random = new SeededRandom(seed);
  const quality = Float64Array.from({ length: items }, () => random.normal());
  const taste = Float64Array.from({ length: users * CATEGORIES }, () => random.normal());
  const sketches = Array.from({ length: users }, (_, user) =>
    packTaste(
      Array.from({ length: TASTE_DIMENSIONS }, (__, d) => 1.5 * taste[user * CATEGORIES + (d % CATEGORIES)]!),
    ),
  );
  const recent = new Map<number, number[]>();
  const known = new Map<number, FeatureVector>();
  const keysByItem = Array.from({ length: items }, (_, item) => itemKeyOf(item));
  for (let list = 0; list < lists; list++) {
    const user = random.below(users);
    const shown = distinct(random, items, listLength);
    const timestamp = FIRST_MS + list * LIST_MS;
    const cause = { sequence: list + 1, index: 0 };
    const keys = shown.map((item) => keysByItem[item]!);
    const userKey = key53(`user-${user}`);
    const listKey = key53(`list-${seed}-${list}`);
    const features = (item: number): FeatureVector => {
      const place = user * items + item;
      return known.get(place) ?? known.set(place, featuresOf(user, item, count)).get(place)!;
    };
    yield {
      kind: 'exposure',
      cause,
      timestamp,
      segment: 0,
      taste: sketches[user]!,
      itemKeys: keys,
      positions: shown.map((_, i) => i + 1),
    };
    const labels = shown.map((item) =>
      random.next() < sigmoid(-1.5 + quality[item]! + taste[user * CATEGORIES + (item % CATEGORIES)]!)
        ? 1
        : 0,
    );
    const outcome = (i: number, label: 0 | 1): FeedbackRecord => ({
      kind: 'outcome',
      cause,
      timestamp,
      userKey,
      itemKey: keys[i]!,
      listKey,
      segment: 0,
      taste: sketches[user]!,
      label,
      ...(label === 1 && { revises: true }),
      weight: 1,
      position: i + 1,
      propensity: 0,
      features: features(shown[i]!),
    });
    for (let i = 0; i < shown.length; i++) yield outcome(i, 0);
    const mine = recent.get(user) ?? [];
    for (let i = 0; i < shown.length; i++) {
      if (labels[i] === 0) continue;
      yield outcome(i, 1);
      yield {
        kind: 'engagement',
        cause,
        timestamp: timestamp + 500,
        userKey,
        itemKey: keys[i]!,
        segment: 0,
        taste: sketches[user]!,
        audiences: [fnv1a32(`country ${user % 3}`)],
        repeated: false,
        typeHash: CLICK,
        weight: 1,
        recentKeys: [...mine],
        recentAgesSeconds: mine.map((_, age) => (age + 1) * 60),
      };
      mine.unshift(keys[i]!);
      mine.length = Math.min(mine.length, 8);
    }
    recent.set(user, mine);
  }
}

/** The records as FEEDBACK messages of `size` records. */
export function messagesOf(records: Iterable<FeedbackRecord>, size: number): Uint8Array[] {
  const messages: Uint8Array[] = [];
  let batch: FeedbackRecord[] = [];
  const close = () => {
    if (batch.length > 0)
      messages.push(
        encodeFeedbackBatch({ partition: 0, epoch: 1, through: batch.at(-1)!.cause, records: batch }),
      );
    batch = [];
  };
  for (const record of records) {
    batch.push(record);
    if (batch.length === size) close();
  }
  close();
  return messages;
}

export const itemKeyOf = (item: number): number => key53(`item-${item}`);

/** Bias, item, category, user × category, then more of the item's own. */
export function featuresOf(user: number, item: number, count: number): FeatureVector {
  const category = item % CATEGORIES;
  const known = [
    fnv1a32('bias'),
    fnv1a32(`item:${item}`),
    fnv1a32(`category:${category}`),
    combine32(fnv1a32(`user:${user}`), category),
  ];
  const indices = Uint32Array.from(
    { length: count },
    (_, i) => known[i] ?? combine32(fnv1a32(`item:${item}`), i),
  );
  const values = new Float32Array(count).fill(1);
  return { indices, values, length: count };
}

function distinct(random: SeededRandom, below: number, count: number): number[] {
  const chosen = new Set<number>();
  while (chosen.size < count) chosen.add(random.below(below));
  return [...chosen];
}
