import { ShownLately } from './shown-lately.js';

const statistics = { items: 4, totalClicks: 4, clicks: (key: number) => (key === 1 ? 3 : 1) };

describe('What was shown lately', () => {
  it('agrees with values computed by hand, and forgets what left the window', () => {
    const shown = new ShownLately(4);
    expect(shown.report(statistics)).toEqual({ coverage: null, gini: null, novelty: null });
    for (const key of [9, 9, 1, 1, 1, 2]) shown.record(key);
    const { coverage, gini, novelty } = shown.report(statistics);
    expect(coverage).toBe(0.5);
    expect(gini).toBeCloseTo(10 / 16, 9); // exposures 0, 0, 1, 3: mean difference over all pairs, halved, by the mean
    expect(novelty).toBeCloseTo((3 * 1 + 2) / 4, 9); // (3 + 1)/(4 + 4) = 1/2, (1 + 1)/8 = 1/4
  });
});
