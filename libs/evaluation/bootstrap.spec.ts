import { SeededRandom } from '#kernel';
import { pairedBootstrap } from './bootstrap.js';

describe('paired bootstrap', () => {
  it('repeats with its seed and brackets the difference', () => {
    const random = new SeededRandom(7);
    const b = Array.from({ length: 400 }, () => random.next());
    const a = b.map((x) => x + 0.05 + 0.2 * random.normal());
    const first = pairedBootstrap(a, b, 1, 500);
    expect(pairedBootstrap(a, b, 1, 500)).toEqual(first);
    expect(first.low).toBeLessThan(first.difference);
    expect(first.high).toBeGreaterThan(first.difference);
    // Standard error of a mean of 400 draws with standard deviation 0.2 is 0.01.
    expect(first.standardError).toBeGreaterThan(0.008);
    expect(first.standardError).toBeLessThan(0.012);
    expect(first.pValue).toBeLessThan(0.01);
  });

  it('finds no difference between a system and itself', () => {
    const same = [0.1, 0.5, 0.9];
    expect(pairedBootstrap(same, same, 3)).toMatchObject({ difference: 0, standardError: 0, pValue: 1 });
  });

  it('refuses unpaired samples', () => {
    expect(() => pairedBootstrap([1], [1, 2], 1)).toThrow('two equal samples');
  });
});
