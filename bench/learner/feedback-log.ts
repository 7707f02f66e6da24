/**
 * A FEEDBACK log for the learner's benchmarks: lists of ten with 20 hashed features an item, a thousand samples a second of event
 * time, one item of each list clicked and engaged with a second later.
 */
import { combine32, key53, SeededRandom } from '#kernel';
import { encodeFeedbackBatch, type FeatureVector, type FeedbackRecord, type Outcome } from '#events';

export const FEATURES = 20;
export const LIST_LENGTH = 10;
const SAMPLES_PER_SECOND = 1_000;
const LIST_MS = (1_000 * LIST_LENGTH) / SAMPLES_PER_SECOND;
/** Distinct values of each feature. */
const VALUES = 1_000_000;
const ITEMS = 10_000;
const USERS = 5_000;
const ITEM_KEYS = Array.from({ length: ITEMS }, (_, item) => key53(`item-${item}`));

export type Shape = 'zipf' | 'uniform';

/** zipf: few values make most of the traffic; uniform: every access misses the cache. */
export function newSamples(shape: Shape, count: number): FeatureVector[] {
  const random = new SeededRandom(7);
  // x^6 of a uniform number: about a third of the draws fall on a thousandth of the values.
  const draw = shape === 'zipf' ? () => Math.floor(VALUES * random.next() ** 6) : () => random.below(VALUES);
  return Array.from({ length: count }, () => ({
    indices: Uint32Array.from({ length: FEATURES }, (_, field) => combine32(field, draw())),
    values: new Float32Array(FEATURES).fill(1),
    length: FEATURES,
  }));
}

/** FEEDBACK messages; samples repeat when there are fewer than the lists need. @param records of a message, at least */
export function newMessages(
  samples: readonly FeatureVector[],
  lists: number,
  recordsPerMessage: number,
): Uint8Array[] {
  const random = new SeededRandom(9);
  const messages: Uint8Array[] = [];
  let records: FeedbackRecord[] = [];
  for (let list = 0; list < lists; list++) {
    records.push(...listOf(list, samples, random));
    if (records.length < recordsPerMessage) continue;
    messages.push(
      encodeFeedbackBatch({ partition: 0, epoch: 1, through: { sequence: list, index: 0 }, records }),
    );
    records = [];
  }
  return messages;
}

function listOf(list: number, samples: readonly FeatureVector[], random: SeededRandom): FeedbackRecord[] {
  const cause = { sequence: list + 1, index: 0 };
  const timestamp = 1_700_000_000_000 + list * LIST_MS;
  const items = Array.from({ length: LIST_LENGTH }, () => ITEM_KEYS[Math.floor(ITEMS * random.next() ** 3)]!);
  const outcomes = items.map((itemKey, i): FeedbackRecord => ({
    kind: 'outcome',
    cause,
    timestamp,
    userKey: list % USERS,
    itemKey,
    listKey: list + 1,
    segment: 0,
    taste: 0,
    label: 0,
    weight: 1,
    position: i + 1,
    propensity: 0,
    features: samples[(list * LIST_LENGTH + i) % samples.length]!,
  }));
  return [
    {
      kind: 'exposure',
      cause,
      timestamp,
      segment: 0,
      taste: 0,
      itemKeys: items,
      positions: items.map((_, i) => i + 1),
    },
    ...outcomes,
    { ...(outcomes[0] as Outcome), timestamp: timestamp + 1_000, label: 1, revises: true },
    {
      kind: 'engagement',
      cause,
      timestamp: timestamp + 1_000,
      userKey: list % USERS,
      itemKey: items[0]!,
      segment: 0,
      taste: 0,
      audiences: [],
      repeated: false,
      typeHash: 1,
      weight: 1,
      recentKeys: items.slice(1, 6),
      recentAgesSeconds: [60, 120, 180, 240, 300],
    },
  ];
}
