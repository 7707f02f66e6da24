import { ProgressiveRanking } from './progressive-ranking.js';

const fill = (
  window: number,
  rows: readonly (readonly [user: number, list: number, label: 0 | 1, p: number])[],
) => {
  const ranking = new ProgressiveRanking(window);
  for (const [user, list, label, p] of rows) {
    ranking.begin(user, list, 1);
    ranking.record(label, 1, Float64Array.of(p, 0.1, 0, 0, 0, p), -p);
  }
  ranking.end();
  ranking.record(1, 1, new Float64Array(6), 0);
  return ranking.report();
};

describe('Progressive ranking', () => {
  const rows = [
    [1, 10, 0, 0.3],
    [1, 10, 1, 0.2],
    [2, 20, 1, 0.9],
    [1, 10, 0, 0.1],
    [2, 20, 0, 0.5],
    [1, 11, 0, 0.25],
    [3, 30, 0, 0.7],
  ] as const;

  it('agrees with values computed by hand', () => {
    const { lists, users, predictors } = fill(10, rows);
    // Lists 11 and 30 have no click, user 3 neither.
    expect([lists, users]).toEqual([2, 2]);
    expect(predictors.ftrl.ndcg).toBeCloseTo((1 / Math.log2(3) + 1) / 2, 6);
    expect(predictors.recentPopularity.ndcg).toBeCloseTo((1 / Math.log2(3) + 1 / Math.log2(3)) / 2, 6);
    expect(predictors.ftrl.mrr).toBeCloseTo((1 / 2 + 1) / 2, 6);
    // User 1: .2 beats one of three, four samples; user 2: right, two samples.
    expect(predictors.ftrl.userAuc).toBeCloseTo((4 / 3 + 2) / 6, 6);
  });

  it('lets equal predictions share their places', () => {
    const { predictors } = fill(10, rows);
    expect(predictors.fm.userAuc).toBe(0.5);
    expect(predictors.overallCtr).toEqual(predictors.fm); // whatever it was when each item was shown
    const three = (1 + 1 / Math.log2(3) + 1 / 2) / 3;
    expect(predictors.fm.ndcg).toBeCloseTo((three + (1 + 1 / Math.log2(3)) / 2) / 2, 6);
  });

  it('counts the newest samples alone, and has nothing to say before there are lists', () => {
    expect(fill(2, rows)).toMatchObject({
      samples: 2,
      lists: 0,
      predictors: { ftrl: { ndcg: null, userAuc: null } },
    });
    expect(fill(4, rows).lists).toBe(0);
    expect(fill(5, rows)).toMatchObject({ lists: 1, users: 1 + 0, predictors: { ftrl: { ndcg: 1 } } });
    expect(fill(5, []).samples).toBe(0);
  });
});
