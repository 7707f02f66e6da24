import { encodeFeedbackBatch, type Engagement } from '#events';
import { SeededRandom } from '#kernel';
import { DEFAULT_STATISTICS, type ModelSettings } from '../model-settings.js';
import { OnlineModel } from '../online-model.js';
import { ALS_DEFAULTS, fitFactors } from './alternating-least-squares.js';
import { FactorVectors } from './factor-vectors.js';
import { affinity } from './matrix-factorisation.js';
import { RecentLinks } from './recent-links.js';

const START = 1_700_000_000_000;
const TASTES = 4;
const ITEMS_EACH = 20;
const SETTINGS: ModelSettings = {
  bits: 10,
  noClickWeight: 0.1,
  seed: 7,
  ftrl: { alpha: 0.1, beta: 1, l1: 0.1, l2: 1 },
  fm: { factors: 4, alpha: 0.05, l2: 1e-5, initScale: 0.01 },
  olr: { alpha: 0.05 },
  debias: { method: 'feature', weightMax: 10, ctr: 'shown' },
  holdSeconds: 0,
  statistics: { ...DEFAULT_STATISTICS, itemsMax: 5_000, covisitationItemsMax: 5_000 },
  metricsWindow: 300,
};

/** Little regularisation: the affinities reach the size at which the loss is least. */
const TIGHT = { rounds: 8, regularisation: 0.1, confidence: 10 };

const itemOf = (taste: number, place: number) => 1_000 + taste * ITEMS_EACH + place;

/** Users of four tastes, each having taken eight of the twenty items of their own. */
function world(seed: number) {
  const random = new SeededRandom(seed);
  const histories = new RecentLinks(1_000, 20);
  const users = new FactorVectors(1_000, 1);
  const items = new FactorVectors(1_000, 2);
  for (let user = 1; user <= 80; user++) {
    users.claim(user);
    for (let n = 0; n < 8; n++) {
      const item = itemOf(user % TASTES, random.below(ITEMS_EACH));
      items.claim(item);
      histories.record(user, item, START + n);
    }
  }
  return { histories, users, items };
}

/** Share of (user, item not taken) pairs of the own taste that stand above one of another taste. */
function ordered({ histories, users, items }: ReturnType<typeof world>): number {
  let right = 0;
  let pairs = 0;
  for (let user = 1; user <= 80; user++)
    for (let place = 0; place < ITEMS_EACH; place++) {
      const own = itemOf(user % TASTES, place);
      if (histories.has(user, own)) continue;
      const score = (item: number) => affinity(users, items, users.find(user), items.find(item));
      for (let taste = 0; taste < TASTES; taste++) {
        if (taste === user % TASTES) continue;
        pairs++;
        if (score(own) > score(itemOf(taste, place))) right++;
      }
    }
  return right / pairs;
}

/** The least squares that are to be least. */
function loss({ histories, users, items }: ReturnType<typeof world>, confidence: number): number {
  let sum = 0;
  for (let u = 0; u < users.rows; u++)
    for (let i = 0; i < items.rows; i++) {
      const taken = histories.has(users.keyOf(u), items.keyOf(i));
      const error = (taken ? 1 : 0) - affinity(users, items, u, i);
      sum += (taken ? 1 + confidence : 1) * error * error;
    }
  return sum;
}

const message = (sequence: number, records: readonly Engagement[]) =>
  [
    sequence,
    encodeFeedbackBatch({ partition: 0, epoch: 1, through: { sequence, index: 0 }, records }),
  ] as const;

/** FEEDBACK of such users, one engagement a message. */
function feedback(count: number) {
  const random = new SeededRandom(5);
  return Array.from({ length: count }, (_, n) => {
    const userKey = 1 + random.below(40);
    return message(n + 1, [
      {
        kind: 'engagement',
        cause: { sequence: n + 1, index: 0 },
        timestamp: START + n * 1_000,
        userKey,
        itemKey: itemOf(userKey % TASTES, random.below(ITEMS_EACH)),
        segment: 0,
        typeHash: 1,
        weight: 1,
        recentKeys: [],
        recentAgesSeconds: [],
      },
    ]);
  });
}

function fold(messages: ReturnType<typeof feedback>, model: OnlineModel): OnlineModel {
  for (const [sequence, payload] of messages) model.fold(sequence, payload);
  return model;
}

describe('alternating least squares', () => {
  it('finds the tastes that users share, from what they took alone', () => {
    const tables = world(3);
    expect(ordered(tables)).toBeLessThan(0.7);
    fitFactors(tables.histories, tables.users, tables.items, ALS_DEFAULTS);
    expect(ordered(tables)).toBeGreaterThan(0.95);
  });

  it('brings the loss down with every round', () => {
    const losses = [1, 2, 4, 8].map((rounds) => {
      const { histories, users, items } = world(4);
      fitFactors(histories, users, items, { ...TIGHT, rounds });
      return loss({ histories, users, items }, TIGHT.confidence);
    });
    expect(losses.every(Number.isFinite)).toBe(true);
    expect(losses.at(-1)).toBeLessThanOrEqual(losses[0]!);
  });

  it('keeps the size of affinities, which the mix has learnt to read', () => {
    const tables = world(5);
    const size = () => {
      let sum = 0;
      let pairs = 0;
      const { histories, users, items } = tables;
      histories.eachOwner((user, row) => {
        for (let i = 0; i < histories.sizeOf(row); i++, pairs++)
          sum += affinity(users, items, users.find(user), items.find(histories.partnerOf(row, i))) ** 2;
      });
      return sum / pairs;
    };
    const before = size();
    fitFactors(tables.histories, tables.users, tables.items, ALS_DEFAULTS);
    expect(size() / before).toBeCloseTo(1, 3);
  });

  it('changes nothing where nothing is remembered', () => {
    const users = new FactorVectors(10, 1);
    users.claim(1);
    const before = users.values.slice();
    fitFactors(new RecentLinks(10, 20), users, new FactorVectors(10, 2), ALS_DEFAULTS);
    expect(users.values).toEqual(before);
  });

  it('is part of the fold: a rebuild, and a snapshot taken before or after it, lead to the same bytes', () => {
    const settings = { ...SETTINGS, als: { ...ALS_DEFAULTS, at: 300 } };
    const messages = feedback(500);
    const whole = fold(messages, new OnlineModel(settings));
    for (const cut of [299, 300, 301]) {
      const { header, chunks } = fold(messages.slice(0, cut), new OnlineModel(settings)).encodeSnapshot();
      const restored = fold(messages.slice(cut), OnlineModel.decodeSnapshot(header, chunks));
      expect(restored.hash().sha256).toBe(whole.hash().sha256);
    }
    expect(fold(messages, new OnlineModel(SETTINGS)).hash().sha256).not.toBe(whole.hash().sha256);
    expect(new OnlineModel(settings).version).not.toBe(new OnlineModel(SETTINGS).version);
  });
});
