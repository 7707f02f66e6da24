import { newRatingTables, RatingModel, syntheticRatings, type SyntheticRatingsOptions } from '#learning';
import { clipped, riverBaseline, riverBiasedMf, runningMean } from './rating-baselines.js';
import { RatingReport } from './rating-report.js';

describe('The rating baselines', () => {
  it('compute what River’s documentation prints for its Baseline', () => {
    const model = riverBaseline(0.005);
    const ratings: [string, string, number][] = [
      ['Alice', 'Superman', 8],
      ['Alice', 'Terminator', 9],
      ['Alice', 'Star Wars', 8],
      ['Alice', 'Notting Hill', 2],
      ['Alice', 'Harry Potter', 5],
      ['Bob', 'Superman', 8],
      ['Bob', 'Terminator', 9],
      ['Bob', 'Star Wars', 8],
      ['Bob', 'Notting Hill', 2],
    ];
    for (const rating of ratings) model.learn(...rating);
    expect(model.predict('Bob', 'Harry Potter')).toBeCloseTo(6.53812, 6);
  });
});

describe('Progressive validation of ratings', () => {
  const streams: [string, SyntheticRatingsOptions][] = [
    ['five stars', { seed: 1, users: 120, items: 250, ratings: 8_000, low: 1, high: 5, step: 1 }],
    ['half stars', { seed: 2, users: 120, items: 250, ratings: 8_000, low: 0.5, high: 5, step: 0.5 }],
    [
      'few ratings a user',
      { seed: 3, users: 3_000, items: 1_000, ratings: 8_000, low: 1, high: 10, step: 1 },
    ],
    ['a drift', { seed: 4, users: 120, items: 250, ratings: 8_000, low: 1, high: 5, step: 1, drift: 0.5 }],
  ];

  it.each(streams)('finds ours at least 2 %% below BiasedMF: %s', (_name, options) => {
    const report = new RatingReport(['mean', 'theirs', 'ours']);
    const ours = new RatingModel(newRatingTables());
    const [mean, theirs] = [runningMean(), clipped(riverBiasedMf(), options.low, options.high)];
    const out = { mean: 0, median: 0 };
    for (const { user, item, value, genres } of syntheticRatings(options)) {
      const ids = [`u${user}`, `i${item}`] as const;
      ours.predict(user + 1, item + 1, { itemLabels: genres }, out);
      report.add(value, [mean.predict(...ids), theirs.predict(...ids), out.median]);
      for (const baseline of [mean, theirs]) baseline.learn(...ids, value);
      ours.learn(user + 1, item + 1, { itemLabels: genres }, value);
    }
    const [asMean, asTheirs, asOurs] = report.rows().map(({ mae }) => mae) as [number, number, number];
    expect(asTheirs).toBeLessThan(asMean);
    expect(asOurs).toBeLessThan(0.98 * asTheirs);
  });

  it('counts every rating, and a share of the newest', () => {
    const report = new RatingReport(['a']);
    for (const error of [3, 1, 1, 1]) report.add(5, [5 - error]);
    expect(report.rows()[0]).toEqual({ name: 'a', mae: 1.5, rmse: Math.sqrt(3) });
    expect(report.rows(0.5)[0]!.mae).toBe(1);
    expect(report.curve('a')).toEqual([
      [1, 3],
      [2, 2],
      [3, 5 / 3],
      [4, 1.5],
    ]);
  });
});
