import fc from 'fast-check';
import { f1At, hitAt, ndcgAt, precisionAt, recallAt, reciprocalRank } from './ranking-metrics.js';

describe('ranking metrics', () => {
  it('agree with values computed by hand', () => {
    // ranks 2 and 4 relevant: DCG = 1/log2(3) + 1/log2(5) = .63093 + .43068; ideal = 1 + .63093
    expect(ndcgAt([0, 1, 0, 1], 10)).toBeCloseTo((0.6309297 + 0.4306766) / 1.6309297, 6);
    expect(ndcgAt([0, 1, 0, 1], 3)).toBeCloseTo(0.6309297 / 1.6309297, 6);
    expect(reciprocalRank([0, 0, 1, 1])).toBeCloseTo(1 / 3);
    expect(recallAt([1, 0, 1, 1], 2)).toBeCloseTo(1 / 3);
    expect(precisionAt([1, 0, 1, 1], 3)).toBeCloseTo(2 / 3);
    expect(precisionAt([1], 10)).toBe(1);
    // precision 1/2, recall 1/3
    expect(f1At([1, 0, 1, 1], 2)).toBeCloseTo(0.4);
    expect(hitAt([0, 0, 1], 2)).toBe(0);
    expect(hitAt([0, 0, 1], 3)).toBe(1);
  });

  it('are 0 for a list without a relevant item', () => {
    const none = [0, 0, 0];
    expect([
      ndcgAt(none, 10),
      reciprocalRank(none),
      recallAt(none, 10),
      precisionAt(none, 10),
      hitAt(none, 10),
      f1At(none, 10),
    ]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('give 1 to the best order, and never more', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(0, 1), { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 20 }),
        (list, k) => {
          const best = [...list].sort((a, b) => b - a);
          expect(ndcgAt(list, k)).toBeLessThanOrEqual(1 + 1e-12);
          if (list.includes(1)) expect(ndcgAt(best, k)).toBeCloseTo(1, 12);
        },
      ),
    );
  });
});
