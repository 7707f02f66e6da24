import fc from 'fast-check';
import { SeededRandom } from '#kernel';
import { LabelCap, WINDOW } from './label-cap.js';
import { greedySlate, softmaxWeights, type SlateCandidates } from './slate.js';

/** Candidates with these scores (sorted here) and categories. */
function candidates(
  scores: number[],
  categories: number[][] = scores.map(() => []),
  perCategoryMax = 100,
): SlateCandidates {
  const sorted = [...scores].sort((a, b) => b - a);
  const ids = categories.map((list) => Int32Array.from(list));
  return {
    size: scores.length,
    weights: softmaxWeights(sorted, sorted.length),
    rule: new LabelCap(perCategoryMax, (candidate) => ids[candidate]!, 10),
  };
}

const never = (): boolean => false;
const greedy = (of: SlateCandidates, n: number): number[] => greedySlate(of, n, never, 0, 0);

describe('the greedy list', () => {
  it('never holds more of a category among any ten than allowed, as long as others are left', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 7 }), { maxLength: 3 }), {
          minLength: 1,
          maxLength: 60,
        }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 40 }),
        (categories, max, n) => {
          const of = candidates(
            categories.map((_, i) => -i),
            categories,
            max,
          );
          const slate = greedy(of, n);
          expect(slate).toHaveLength(Math.min(n, categories.length));
          expect(new Set(slate).size).toBe(slate.length);
          slate.forEach((chosen, k) => {
            const above = slate.slice(Math.max(0, k - WINDOW + 1), k);
            const fits = (candidate: number): boolean =>
              categories[candidate]!.every(
                (category) => above.filter((i) => categories[i]!.includes(category)).length < max,
              );
            const left = categories.map((_, i) => i).filter((i) => !slate.slice(0, k).includes(i));
            expect(fits(chosen) || !left.some(fits)).toBe(true);
          });
        },
      ),
    );
  });

  it('is the plain order of scores when no rule bites', () => {
    expect(greedy(candidates([3, 2, 1, 0]), 3)).toEqual([0, 1, 2]);
  });

  it('gives items without evidence their share, no more than they win anyway, wherever the phase puts it', () => {
    const of = candidates(Array.from({ length: 50 }, (_, i) => -i));
    const unproven = (candidate: number): boolean => candidate >= 40;
    for (const phase of [0, 0.25, 0.5, 0.99]) {
      const slate = greedySlate(of, 20, unproven, 0.1, phase);
      expect(slate.filter(unproven)).toEqual([40, 41]);
    }
    const winners = greedySlate(of, 10, (candidate) => candidate < 5, 0.3, 0.5);
    expect(winners).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('gives short lists their share over many requests', () => {
    const of = candidates([3, 2, 1, 0]);
    const random = new SeededRandom(3);
    let given = 0;
    for (let i = 0; i < 4_000; i++)
      given += greedySlate(of, 2, (candidate) => candidate === 3, 0.1, random.next()).includes(3) ? 1 : 0;
    expect(given / 8_000).toBeCloseTo(0.1, 1.5);
  });
});
