import { SeededRandom } from '#kernel';
import { policyOf } from './policies.js';
import { drawSlate, listPropensities, type Arrangement } from './policy.js';
import type { RankingSettings } from './request.js';
import { ItemSimilarity } from './item-similarity.js';
import { SampleWorld, SERVING } from './sample-world.js';
import { slotConstraints } from './slot-constraints.js';
import { greedySlate, softmaxWeights, type SlateCandidates } from './slate.js';
import { VARIETY_METHODS, varietyOf } from './variety.js';

const mixture = (explore: number) => policyOf({ policy: 'plackett-luce', explore, thompsonSpread: 1 });
const never = (): boolean => false;

/** Items of the world, in the order they were put. */
function itemsOf(world: SampleWorld) {
  return [...world.catalogue.values()];
}

function candidatesOf(
  world: SampleWorld,
  scores: readonly number[],
  settings: Partial<RankingSettings>,
): SlateCandidates {
  const constraints = slotConstraints(itemsOf(world), { ...SERVING, ...settings });
  return { size: scores.length, weights: softmaxWeights(scores, scores.length), ...constraints };
}

/** Two of a kind, another two, and one that is like nothing. */
function pairs(): SampleWorld {
  return new SampleWorld(false)
    .put('a1', { categories: ['a'], tags: ['x'] })
    .put('a2', { categories: ['a'], tags: ['x'] })
    .put('b1', { categories: ['b'], embedding: [1, 0, 0] })
    .put('b2', { categories: ['b'], embedding: [0.8, 0.6, 0] })
    .put('c', {});
}

/** Every list of n of the candidates. */
function allSlates(size: number, n: number): number[][] {
  if (n === 0) return [[]];
  return allSlates(size, n - 1).flatMap((slate) =>
    Array.from({ length: size }, (_, i) => i)
      .filter((i) => !slate.includes(i))
      .map((i) => [...slate, i]),
  );
}

describe('similarity', () => {
  const rows = [0, 1, 2, 3, 4].map((item) => [...new ItemSimilarity(itemsOf(pairs())).row(item)]);

  it('is 1 with itself, symmetric, and weighs labels and embeddings alike', () => {
    rows.forEach((row, i) => row.forEach((value, j) => expect(value).toBeCloseTo(rows[j]![i]!, 12)));
    expect(rows.map((row, i) => row[i])).toEqual([1, 1, 1, 1, 1]);
    expect(rows[0]![1]).toBeCloseTo(1, 12);
    expect(rows[2]![3]).toBeCloseTo((1 + 0.8) / 2, 7);
    expect(rows[0]!.slice(2)).toEqual([0, 0, 0]);
  });

  it('of embeddings of different models is that of the labels', () => {
    const world = new SampleWorld(false)
      .put('a', { categories: ['a'], embedding: [1, 0] })
      .put('b', { categories: ['a'], embedding: [1, 0, 0] })
      .put('zero', { categories: ['a'], embedding: [0, 0] });
    const row = new ItemSimilarity(itemsOf(world)).row(0);
    expect(row[1]).toBeCloseTo(0.5, 12);
    expect(row[2]).toBeCloseTo(Math.SQRT1_2, 12);
  });
});

describe('redundancy', () => {
  it('by mmr is the greatest similarity to what stands above', () => {
    const variety = varietyOf('mmr', 1, new ItemSimilarity(itemsOf(pairs())));
    variety.place(0);
    variety.place(2);
    expect([...variety.redundancy]).toEqual([1, expect.closeTo(1, 12), 1, expect.closeTo(0.9, 7), 0]);
    variety.reset();
    expect([...variety.redundancy]).toEqual([0, 0, 0, 0, 0]);
  });

  it('by dpp is what the determinant loses', () => {
    const similarity = new ItemSimilarity(itemsOf(pairs()));
    const variety = varietyOf('dpp', 1, similarity);
    const placed: number[] = [];
    for (const next of [4, 2, 0]) {
      variety.place(next);
      placed.push(next);
      for (const other of [0, 1, 2, 3, 4].filter((i) => !placed.includes(i))) {
        const gain = determinant(similarity, [...placed, other]) / determinant(similarity, placed);
        expect(variety.redundancy[other]).toBeCloseTo(-Math.log(Math.max(1e-3, gain)), 9);
      }
    }
  });
});

function determinant(similarity: ItemSimilarity, items: readonly number[]): number {
  const matrix = items.map((i) => items.map((j) => similarity.row(i)[j]!));
  let product = 1;
  for (let k = 0; k < matrix.length; k++) {
    product *= matrix[k]![k]!;
    for (let i = k + 1; i < matrix.length; i++) {
      const factor = matrix[i]![k]! / matrix[k]![k]!;
      for (let j = k; j < matrix.length; j++) matrix[i]![j]! -= factor * matrix[k]![j]!;
    }
  }
  return product;
}

describe.each(VARIETY_METHODS)('a list with variety by %s', (diversityBy) => {
  const scores = [2, 1.9, 1.5, 1.4, 0.9];
  const of = (diversity: number, settings: Partial<RankingSettings> = {}): SlateCandidates =>
    candidatesOf(pairs(), scores, { diversity, diversityBy, ...settings });
  const greedy = (candidates: SlateCandidates, n: number): number[] =>
    greedySlate(candidates, n, never, 0, 0);

  it('puts the alike apart, the more the stronger it is, and without strength changes nothing', () => {
    expect(greedy(of(0), 5)).toEqual([0, 1, 2, 3, 4]);
    expect(greedy(of(2), 3)).toEqual([0, 2, 4]);
    expect(greedy(of(2), 5)).toHaveLength(5);
  });

  it('is, slot by slot, the best by score less redundancy', () => {
    const variety = varietyOf(diversityBy, 0.7, new ItemSimilarity(itemsOf(pairs())));
    const left = new Set([0, 1, 2, 3, 4]);
    const expected: number[] = [];
    while (left.size > 0) {
      const value = (i: number): number => scores[i]! - 0.7 * variety.redundancy[i]!;
      const best = [...left].reduce((a, b) => (value(b) > value(a) ? b : a));
      expected.push(best);
      left.delete(best);
      variety.place(best);
    }
    expect(greedy(of(0.7), 5)).toEqual(expected);
  });

  it.each([{}, { perCategoryMax: 1 }])(
    'has exact propensities: all lists together sum to 1 (%j)',
    (settings) => {
      const candidates = of(1.3, settings);
      const best = greedy(candidates, 3);
      for (const explore of [0.3, 1]) {
        const arrangement: Arrangement = { candidates, greedy: best, scores };
        const components = mixture(explore).components(arrangement);
        const sum = allSlates(5, 3).reduce(
          (total, slate) =>
            total + listPropensities(components, arrangement, slate).reduce((a, b) => a * b, 1),
          0,
        );
        expect(sum).toBeCloseTo(1, 12);
      }
    },
  );

  it('is drawn as often as its propensities say', () => {
    const candidates = of(1.3);
    const best = greedy(candidates, 3);
    const random = new SeededRandom(17);
    const draws = 10_000;
    const seen = new Map<string, { count: number; probability: number }>();
    for (let i = 0; i < draws; i++) {
      const { order, propensities } = drawSlate(mixture(0.6), { candidates, greedy: best, scores }, random);
      const entry = seen.get(order.join()) ?? {
        count: 0,
        probability: propensities.reduce((a, b) => a * b, 1),
      };
      entry.count++;
      seen.set(order.join(), entry);
    }
    for (const { count, probability } of seen.values()) {
      const expected = draws * probability;
      expect(Math.abs(count - expected)).toBeLessThan(5 * Math.sqrt(expected) + 1);
    }
  });
});

describe('freshness', () => {
  it('lifts the new, halves with its half-life, and says so', () => {
    const world = new SampleWorld(false);
    for (let day = 0; day < 8; day++)
      world.put(`day ${day}`, { createdAt: world.now - day * 86_400_000, categories: [`c${day}`] });
    const { items } = world.recommend('ann', { n: 8 }, { settings: { freshness: 2 } });
    expect(items.map(({ itemId }) => itemId)).toEqual(Array.from({ length: 8 }, (_, day) => `day ${day}`));
    const fresh = items.map(
      ({ reasons }) => reasons.find(({ feature }) => feature === 'fresh')?.contribution,
    );
    expect(fresh[0]).toBeCloseTo(2, 2);
    expect(fresh[1]).toBeCloseTo(1, 2);
  });
});
