import { cosineDistance, intraListDiversity, jaccardDistance } from '#ranking';
import { ExposureTally, gini } from './exposure-metrics.js';

describe('metrics of exposure', () => {
  it('agree with values computed by hand', () => {
    expect(gini([1, 1, 1, 1])).toBe(0);
    expect(gini([4], 4)).toBe(0.75);
    // x = 0 1 3: (−2·0 + 0·1 + 2·3) / (3 · 4)
    expect(gini([3, 1], 3)).toBe(0.5);
    expect(jaccardDistance(['a', 'b'], ['b', 'c'])).toBeCloseTo(2 / 3);
    expect(cosineDistance([1, 0], [1, 1])).toBeCloseTo(1 - Math.SQRT1_2);
    expect(cosineDistance([1, 0], [-1, 0])).toBe(1);
  });

  it('measure a model by what its lists show', () => {
    const categories: Record<string, string[]> = { x: ['a'], y: ['a'], z: ['b'] };
    const share = (id: string): number => (id === 'x' ? 0.5 : 0.25);
    const tally = new ExposureTally('m', share, (a, b) => jaccardDistance(categories[a]!, categories[b]!));
    tally.add(['x', 'y']);
    tally.add(['x', 'z']);
    expect(tally.row(6)).toEqual({
      name: 'm',
      coverage: 0.5,
      // counts 0 0 0 1 1 2: (1·1 + 3·1 + 5·2) / (6 · 4)
      gini: 14 / 24,
      novelty: (1 + 2 + 1 + 2) / 4,
      diversity: 0.5,
    });
  });

  it('leave out what cannot be told', () => {
    expect(jaccardDistance([], [])).toBeUndefined();
    expect(cosineDistance([1], [1, 2])).toBeUndefined();
    expect(cosineDistance([0, 0], [1, 2])).toBeUndefined();
    expect(intraListDiversity(['a', 'b', 'c'], (a, b) => (a === 'c' && b === 'a' ? 0.3 : undefined))).toBe(
      0.3,
    );
    expect(new ExposureTally('m', () => 1).row(0).diversity).toBeNaN();
  });
});
