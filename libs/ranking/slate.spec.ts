import fc from 'fast-check';
import { SeededRandom } from '#kernel';
import { LabelCap, WINDOW } from './label-cap.js';
import { drawSlate, mixturePropensities } from './mixture-policy.js';
import {
  greedySlate,
  sampledSlate,
  slotProbabilities,
  softmaxWeights,
  type SlateCandidates,
} from './slate.js';

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

/** Every order of n of the candidates. */
function allSlates(size: number, n: number): number[][] {
  if (n === 0) return [[]];
  return allSlates(size, n - 1).flatMap((slate) =>
    Array.from({ length: size }, (_, i) => i)
      .filter((i) => !slate.includes(i))
      .map((i) => [...slate, i]),
  );
}

const product = (values: Float64Array): number => values.reduce((a, b) => a * b, 1);

describe('Plackett-Luce sampling under the category cap', () => {
  const shapes: [string, SlateCandidates][] = [
    ['free', candidates([1, 0.5, 0.2, 0, -0.7])],
    ['capped', candidates([1, 0.5, 0.2, 0, -0.7], [[1], [1], [1, 2], [2], [3]], 1)],
    ['capped until it yields', candidates([1, 0.5, 0.2, 0, -0.7], [[1], [1], [1], [1], [1]], 1)],
  ];

  it.each(shapes)('gives the lists probabilities that sum to 1 (%s)', (_, of) => {
    const sum = allSlates(5, 3).reduce((total, slate) => {
      return total + (isPossible(of, slate) ? product(slotProbabilities(of, slate)) : 0);
    }, 0);
    expect(sum).toBeCloseTo(1, 12);
  });

  it.each(shapes)('draws each list as often as its probability says (%s)', (_, of) => {
    const draws = 40_000;
    const counts = new Map<string, number>();
    const random = new SeededRandom(99);
    for (let i = 0; i < draws; i++) {
      const name = sampledSlate(of, 3, random).join();
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    for (const [name, count] of counts) {
      const expected = draws * product(slotProbabilities(of, name.split(',').map(Number)));
      expect(Math.abs(count - expected)).toBeLessThan(5 * Math.sqrt(expected) + 1);
    }
  });

  it('prefers in the order of the scores, and is plain softmax in the first slot', () => {
    const of = candidates([2, 1, 0]);
    const [first] = slotProbabilities(of, [1, 0, 2]);
    expect(first).toBeCloseTo(Math.exp(1 / 0.5) / (Math.exp(2 / 0.5) + Math.exp(1 / 0.5) + 1), 12);
  });
});

/** A list the rules allow: each item may stand where it stands. */
function isPossible({ rule, size }: SlateCandidates, slate: number[]): boolean {
  rule.reset();
  const left = new Set(Array.from({ length: size }, (_, i) => i));
  return slate.every((chosen) => {
    const possible = rule.admits(chosen) || ![...left].some((candidate) => rule.admits(candidate));
    left.delete(chosen);
    rule.place(chosen);
    return possible;
  });
}

describe('the mixture policy', () => {
  const of = candidates([1, 0.5, 0.2, 0], [[1], [1], [2], [2]], 1);
  const best = greedy(of, 3);

  it.each([0, 0.05, 0.5, 1])('gives the lists probabilities that sum to 1 (ε = %d)', (explore) => {
    const sum = allSlates(4, 3).reduce((total, slate) => {
      if (!isPossible(of, slate)) return total;
      return total + product(mixturePropensities(slate, best, slotProbabilities(of, slate), explore));
    }, 0);
    expect(sum).toBeCloseTo(1, 12);
  });

  it('draws each list as often as its propensities say', () => {
    const draws = 40_000;
    const random = new SeededRandom(5);
    const seen = new Map<string, { count: number; probability: number }>();
    for (let i = 0; i < draws; i++) {
      const { order, propensities } = drawSlate(of, best, 0.4, random);
      const entry = seen.get(order.join()) ?? { count: 0, probability: product(propensities) };
      entry.count++;
      seen.set(order.join(), entry);
    }
    for (const { count, probability } of seen.values()) {
      const expected = draws * probability;
      expect(Math.abs(count - expected)).toBeLessThan(5 * Math.sqrt(expected) + 1);
    }
  });

  it('states the same propensities for a list, whichever branch drew it', () => {
    const exact = mixturePropensities(best, best, slotProbabilities(of, best), 0.05);
    expect([...drawSlate(of, best, 0.05, new SeededRandom(1)).propensities]).toEqual([...exact]);
    expect(exact[0]).toBeCloseTo(0.95 + 0.05 * slotProbabilities(of, best)[0]!, 12);
  });

  it('without exploration is greedy, with certainty', () => {
    const { order, propensities, explored } = drawSlate(of, best, 0, new SeededRandom(1));
    expect({ order, propensities: [...propensities], explored }).toEqual({
      order: best,
      propensities: [1, 1, 1],
      explored: false,
    });
  });

  it('keeps propensities in (0, 1] on long lists', () => {
    const long = candidates(Array.from({ length: 200 }, (_, i) => i / 40));
    const order = greedy(long, 150);
    for (let seed = 0; seed < 20; seed++) {
      for (const propensity of drawSlate(long, order, 0.5, new SeededRandom(seed)).propensities) {
        expect(propensity).toBeGreaterThan(0);
        expect(propensity).toBeLessThanOrEqual(1);
      }
    }
  });
});

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
