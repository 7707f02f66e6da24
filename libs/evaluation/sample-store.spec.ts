import { SampleStore } from './sample-store.js';

const fill = (store: SampleStore, rows: readonly (readonly [number, 0 | 1, number])[]): SampleStore => {
  for (const [group, label, score] of rows) store.add(group, label, [score]);
  return store;
};

describe('stored samples', () => {
  it('have an AUC for each user, weighted by samples; a user of one label has none', () => {
    const store = fill(new SampleStore(1), [
      [1, 1, 0.9],
      [2, 0, 0.2],
      [1, 0, 0.1],
      [2, 1, 0.1],
      [2, 0, 0.3],
      [3, 1, 0.5],
    ]);
    // user 1: 1 of 2 samples, user 2: 0 of 3 samples; user 3 has no negative
    expect(store.groupedAuc(0)).toEqual({ auc: (2 * 1 + 3 * 0) / 5, groups: 2 });
    expect(store.aucPerGroup(0).map(({ samples }) => samples)).toEqual([2, 3, 1]);
    // pairs right: .9 beats all three, .1 ties one, .5 beats all three
    expect(store.auc(0)).toBeCloseTo(6.5 / 9, 12);
    expect(store.auc(0, 2)).toBe(1);
  });

  it('let the older half go when there are too many, and say how many', () => {
    const store = fill(
      new SampleStore(1, 4),
      [1, 2, 3, 4, 5].map((n) => [n, n === 5 ? 1 : 0, n / 10] as const),
    );
    expect([store.length, store.dropped]).toEqual([3, 2]);
    expect(store.aucPerGroup(0)).toHaveLength(3);
    expect(store.auc(0)).toBe(1);
  });

  it('have nothing to say without samples', () => {
    const store = new SampleStore(1);
    expect(store.auc(0)).toBeNaN();
    expect(store.groupedAuc(0)).toEqual({ auc: NaN, groups: 0 });
    expect(store.calibration(0)).toEqual([]);
  });
});
