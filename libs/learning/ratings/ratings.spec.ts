import { loadSettings } from '#config';
import { fnv1a32 } from '#kernel';
import type { Engagement } from '#events';
import { ModelReplica } from '../model-replica.js';
import { modelSettingsOf, type ModelSettings } from '../model-settings.js';
import { OnlineModel } from '../online-model.js';
import { LabelBiases } from './label-biases.js';
import { LEVELS_MAX } from './rating-levels.js';
import { RatingModel } from './rating-model.js';
import { RatingRows } from './rating-rows.js';
import { RatingScale } from './rating-scale.js';
import { newRatingTables, type RatingTables } from './rating-tables.js';
import { syntheticRatings, type SyntheticRating } from './synthetic-ratings.js';

const SETTINGS: ModelSettings = { ...modelSettingsOf(loadSettings({})), bits: 10 };
const STARS = { users: 60, items: 80, ratings: 2_000, low: 1, high: 5, step: 1 };
const RATINGS = [...syntheticRatings({ seed: 1, ...STARS })];

const recordOf = ({ user, item, value, genres }: SyntheticRating, at: number): Engagement => ({
  kind: 'engagement',
  cause: { sequence: at + 1, index: 0 },
  timestamp: 1_700_000_000_000 + at * 1_000,
  userKey: user + 1,
  itemKey: item + 1,
  segment: 0,
  taste: 0,
  audiences: [],
  repeated: false,
  typeHash: fnv1a32('rating'),
  weight: 1,
  recentKeys: [],
  recentAgesSeconds: [],
  value,
  itemLabels: genres,
  userLabels: [99],
});

function fold(model: OnlineModel, from = 0, to = RATINGS.length): OnlineModel {
  for (let at = from; at < to; at++) {
    model.sequence = at + 1;
    model.engagement(recordOf(RATINGS[at]!, at));
  }
  return model;
}

const answer = (model: RatingModel, user: number, item: number, itemLabels: readonly number[] = []) => {
  const out = { mean: 0, median: 0 };
  model.predict(user, item, { itemLabels }, out);
  return out;
};

function trained(ratings: Iterable<SyntheticRating>, tables: RatingTables = newRatingTables()): RatingModel {
  const model = new RatingModel(tables);
  for (const { user, item, value, genres } of ratings)
    model.learn(user + 1, item + 1, { itemLabels: genres }, value);
  return model;
}

describe('Ratings in the model', () => {
  it('continue bit for bit from a snapshot', () => {
    const stopped = fold(new OnlineModel(SETTINGS), 0, 900);
    const { header, chunks } = stopped.encodeSnapshot();
    const resumed = fold(OnlineModel.decodeSnapshot(header, chunks), 900);
    const reference = fold(new OnlineModel(SETTINGS));
    expect(resumed.hash()).toEqual(reference.hash());
    expect(fold(new OnlineModel(SETTINGS), 0, 1_999).hash().sha256).not.toBe(reference.hash().sha256);
  });

  it('reach replicas by deltas: the same answers, whatever is applied twice', () => {
    const model = fold(new OnlineModel(SETTINGS), 0, 500);
    const { header, chunks } = model.encodeSnapshot();
    const replica = ModelReplica.fromSnapshot(header, chunks);
    model.forgetChanges();
    fold(model, 500, 1_000);
    for (let delta = model.drainDelta(); delta; delta = model.drainDelta()) {
      replica.applyDelta(delta);
      replica.applyDelta(delta);
    }
    const reference = ModelReplica.of(model);
    for (const { user, item, genres } of RATINGS.slice(0, 300)) {
      const labels = { itemLabels: genres, userLabels: [99] };
      expect(replica.rating(user + 1, item + 1, labels)).toEqual(
        reference.rating(user + 1, item + 1, labels),
      );
    }
  });

  it('refuse a value out of all proportion, and count it', () => {
    const model = fold(new OnlineModel(SETTINGS), 0, 500);
    const before = model.hash().parts;
    for (const value of [NaN, Infinity, 1e9, -1e9]) model.engagement({ ...recordOf(RATINGS[0]!, 0), value });
    expect(model.rejected).toBe(4);
    const { ratings, ratingUsers, ratingItems, ratingLabels } = model.hash().parts;
    expect({ ratings, ratingUsers, ratingItems, ratingLabels }).toEqual({
      ratings: before.ratings,
      ratingUsers: before.ratingUsers,
      ratingItems: before.ratingItems,
      ratingLabels: before.ratingLabels,
    });
  });

  it.each([
    ['the first of all', [0]],
    ['the fifth', [4]],
    ['the first two', [0, 1]],
    ['three of the first thirty', [2, 11, 29]],
  ])('are not ruined by an absurd value: %s', (_which, places) => {
    const spoilt = new OnlineModel(SETTINGS);
    RATINGS.slice(0, 1_000).forEach((rating, i) => {
      if (places.includes(i)) spoilt.engagement({ ...recordOf(rating, i), value: 1e9 });
      spoilt.engagement(recordOf(rating, i));
    });
    const sound = fold(new OnlineModel(SETTINGS), 0, 1_000);
    const [own, others] = [spoilt.scorer.tables.ratings, sound.scorer.tables.ratings];
    expect(Math.abs(own.mean - others.mean)).toBeLessThan(0.05);
    expect(own.spread()).toBeLessThan(others.spread() * 1.1);
    const apart = RATINGS.slice(0, 100).map(({ user, item, genres }) => {
      const labels = { itemLabels: genres, userLabels: [99] };
      const [a, b] = [spoilt, sound].map(
        (model) => ModelReplica.of(model).rating(user + 1, item + 1, labels)!.mean,
      ) as [number, number];
      return Math.abs(a - b);
    });
    expect(apart.reduce((sum, each) => sum + each) / apart.length).toBeLessThan(0.2);
  });

  it('know a value for absurd also after ratings that were all alike', () => {
    const model = new OnlineModel(SETTINGS);
    for (let i = 0; i < 40; i++) model.engagement({ ...recordOf(RATINGS[i]!, i), value: 5 });
    model.engagement({ ...recordOf(RATINGS[40]!, 40), value: 1e9 });
    expect(model.rejected).toBe(1);
    model.engagement({ ...recordOf(RATINGS[41]!, 41), value: 1 });
    expect(model.rejected).toBe(1);
  });

  it('take nothing from other interactions that carry a value', () => {
    const model = new OnlineModel(SETTINGS);
    model.engagement({ ...recordOf(RATINGS[0]!, 0), typeHash: fnv1a32('dwell'), value: 30 });
    expect(model.scorer.ratings.ratings).toBe(0);
  });
});

describe('A predicted rating', () => {
  it('is the same on every scale', () => {
    const stars = trained(RATINGS);
    const tens = trained(RATINGS.map((rating) => ({ ...rating, value: 20 * rating.value - 50 })));
    for (let n = 1; n <= 30; n++) {
      const [a, b] = [answer(stars, n, n), answer(tens, n, n)];
      expect(b.median).toBeCloseTo(20 * a.median - 50, 6);
      expect(b.mean).toBeCloseTo(20 * a.mean - 50, 2);
    }
  });

  it('is one of the levels in the middle, and stays within the scale on average', () => {
    const model = trained(RATINGS);
    for (let n = 1; n <= 60; n++) {
      const { mean, median } = answer(model, n, 81 - n);
      expect([1, 2, 3, 4, 5]).toContain(median);
      expect(mean).toBeGreaterThanOrEqual(1);
      expect(mean).toBeLessThanOrEqual(5);
    }
  });

  it('follows a user whom everything displeases, and an item that everybody likes', () => {
    const model = trained(RATINGS);
    for (let item = 1; item <= 10; item++) model.learn(1_000, item, {}, 1);
    for (let user = 1; user <= 20; user++) model.learn(user, 2_000, {}, 5);
    expect(answer(model, 1_000, 40).median).toBeLessThan(answer(model, 3_000, 40).median);
    expect(answer(model, 3_000, 2_000).median).toBe(5);
  });

  it('knows an item that nobody has rated by its labels', () => {
    const model = trained(RATINGS);
    for (let item = 100; item < 130; item++)
      model.learn(7, item, { itemLabels: [500 + (item % 2)] }, item % 2 === 0 ? 5 : 1);
    expect(answer(model, 7, 9_999, [500]).mean).toBeGreaterThan(answer(model, 7, 9_999, [501]).mean + 0.3);
  });

  it('does without levels when the scale has too many', () => {
    const fine = [...syntheticRatings({ seed: 2, ...STARS, low: 0, high: 100, step: 0.5 })];
    expect(new Set(fine.map(({ value }) => value)).size).toBeGreaterThan(LEVELS_MAX);
    const model = trained(fine);
    for (let n = 1; n <= 60; n++) {
      const { median } = answer(model, n, n);
      expect(median).toBeGreaterThanOrEqual(0);
      expect(median).toBeLessThanOrEqual(100);
    }
  });

  it('needs no more memory than its bounds, however many rate', () => {
    const tables = {
      ratings: new RatingScale(),
      ratingUsers: new RatingRows({ rowsMax: 20, variance: 0.16, seed: 1 }),
      ratingItems: new RatingRows({ rowsMax: 30, variance: 0.2, seed: 2 }),
      ratingLabels: new LabelBiases(10),
    };
    const model = trained(RATINGS, tables);
    expect(tables.ratingUsers.size).toBe(20);
    expect(tables.ratingItems.size).toBe(30);
    expect(Number.isFinite(answer(model, 1, 1).mean)).toBe(true);
  });
});
