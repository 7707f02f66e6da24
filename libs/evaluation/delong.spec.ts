import { SeededRandom } from '#kernel';
import { compareAuc } from './delong.js';
import { auc } from './probability-metrics.js';

describe('two AUCs on the same samples', () => {
  it('differ as computed by hand', () => {
    const labels = [1, 0, 1, 0];
    const a = [0.9, 0.8, 0.3, 0.1];
    const b = [0.5, 0.5, 0.1, 0.3];
    const { difference, standardError } = compareAuc(a, b, labels);
    // positives: a (1, .5), b (.75, 0): differences .25, .5. Negatives: a (.5, 1), b (.25, .5): differences .25, .5.
    expect(difference).toBeCloseTo(0.375, 12);
    // Both have the variance .03125, of their mean .015625.
    expect(standardError).toBeCloseTo(Math.sqrt(2 * 0.015625), 12);
  });

  it('have the interval that resampling gives', () => {
    const random = new SeededRandom(3);
    const draw = (n: number) =>
      Array.from({ length: n }, () => {
        const label = random.next() < 0.3 ? 1 : 0;
        const own = random.normal() + label;
        return { label, a: own + 0.5 * random.normal(), b: own + random.normal() };
      });
    const differences = Array.from({ length: 300 }, () => {
      const s = draw(200);
      const labels = s.map((x) => x.label);
      return (
        auc(
          s.map((x) => x.a),
          labels,
        ) -
        auc(
          s.map((x) => x.b),
          labels,
        )
      );
    });
    const mean = differences.reduce((sum, d) => sum + d, 0) / differences.length;
    const spread = Math.sqrt(differences.reduce((sum, d) => sum + (d - mean) ** 2, 0) / differences.length);
    const s = draw(200);
    const test = compareAuc(
      s.map((x) => x.a),
      s.map((x) => x.b),
      s.map((x) => x.label),
    );
    expect(test.standardError / spread).toBeGreaterThan(0.8);
    expect(test.standardError / spread).toBeLessThan(1.25);
    expect(test.high - test.low).toBeCloseTo(2 * 1.96 * test.standardError, 4);
  });

  it('do not differ from themselves, and have none without both labels', () => {
    expect(compareAuc([1, 2, 3], [1, 2, 3], [0, 1, 0])).toMatchObject({ difference: 0, pValue: 1 });
    expect(compareAuc([1, 2], [2, 1], [1, 1]).difference).toBeNaN();
  });
});
