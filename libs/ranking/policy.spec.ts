import { fnv1a32, SeededRandom } from '#kernel';
import { GaussianChoice, normalCdf } from './gaussian-choice.js';
import { LabelCap } from './label-cap.js';
import { policyOf, type PolicyName } from './policies.js';
import { drawSlate, listPropensities, type Arrangement } from './policy.js';
import { greedySlate, softmaxWeights } from './slate.js';
import { FREE } from './slot-rule.js';
import { chanceInSlot, loggedChances, slotMarginals } from './slot-chances.js';

const DEVIATIONS = [0.1, 0.6, 0.3, 0.9, 0.2];

/** Five candidates with these categories, three slots; the last has no evidence and is due in the second slot. */
function arrangement(categories: number[][], perCategoryMax: number): Arrangement {
  const scores = [1, 0.5, 0.2, 0, -0.7];
  const candidates = {
    size: scores.length,
    weights: softmaxWeights(scores, scores.length),
    rule: new LabelCap(perCategoryMax, (candidate) => Int32Array.from(categories[candidate] ?? []), 10),
  };
  const greedy = greedySlate(candidates, 3, (candidate) => candidate === 4, 0.5, 0);
  return { candidates, greedy, scores, deviations: DEVIATIONS };
}

const SHAPES: readonly (readonly [string, Arrangement])[] = [
  ['free', arrangement([], 9)],
  ['capped', arrangement([[1], [1], [1, 2], [2], [3]], 1)],
  ['capped until it yields', arrangement([[1], [1], [1], [1], [1]], 1)],
];
const POLICIES = (
  [
    ['greedy', 0],
    ['epsilon-greedy', 0.3],
    ['epsilon-greedy', 0],
    ['plackett-luce', 0],
    ['plackett-luce', 0.4],
    ['plackett-luce', 1],
    ['thompson', 0],
    ['random', 0],
  ] as const
).map(([policy, explore]) => policyOf({ policy, explore, thompsonSpread: 1 }));
const CASES = SHAPES.flatMap(([shape, of]) =>
  POLICIES.map((policy) => [policy.name, shape, policy, of] as const),
);

/** Every order of n of the candidates. */
function allLists(size: number, n: number): number[][] {
  if (n === 0) return [[]];
  return allLists(size, n - 1).flatMap((list) =>
    Array.from({ length: size }, (_, i) => i)
      .filter((i) => !list.includes(i))
      .map((i) => [...list, i]),
  );
}

const product = (values: Float64Array): number => values.reduce((a, b) => a * b, 1);

describe.each(CASES)('%s (%s)', (_, shape, policy, of) => {
  const components = policy.components(of);
  const probabilityOf = (list: readonly number[]): number => product(listPropensities(components, of, list));
  const lists = allLists(5, 3).map((list) => ({ list, probability: probabilityOf(list) }));
  /** By slot, then by candidate: the sum over all lists. */
  const exact = [0, 1, 2].map((slot) =>
    [0, 1, 2, 3, 4].map((i) =>
      lists.reduce((sum, { list, probability }) => sum + (list[slot] === i ? probability : 0), 0),
    ),
  );

  it('gives the lists probabilities that sum to 1', () => {
    expect(lists.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 9);
  });

  it('draws each list as often as its propensities say: chi-square over 4,000 lists', () => {
    const draws = 4_000;
    const random = new SeededRandom(7);
    const counts = new Map<string, number>();
    for (let i = 0; i < draws; i++) {
      const { order, propensities } = drawSlate(policy, of, random, components);
      if (i < 50) expect(product(propensities)).toBeCloseTo(probabilityOf(order), 12);
      counts.set(order.join(), (counts.get(order.join()) ?? 0) + 1);
    }
    let statistic = 0;
    let cells = 0;
    let rest = { expected: 0, seen: 0 };
    for (const { list, probability } of lists) {
      const cell = { expected: draws * probability, seen: counts.get(list.join()) ?? 0 };
      if (cell.expected < 5) {
        rest = { expected: rest.expected + cell.expected, seen: rest.seen + cell.seen };
        continue;
      }
      statistic += (cell.seen - cell.expected) ** 2 / cell.expected;
      cells++;
    }
    expect(rest.seen).toBeLessThanOrEqual(rest.expected + 5 * Math.sqrt(rest.expected) + 1e-6);
    // Mean + 4 standard deviations of a chi-square with as many degrees of freedom.
    expect(statistic).toBeLessThan(cells + 4 * Math.sqrt(2 * cells) + 1e-6);
  });

  it('knows how likely each candidate is in each slot, whatever stands above', () => {
    const { chances, possible } = slotMarginals(policy, of, new SeededRandom(5), 300);
    chances.forEach((slot, k) =>
      slot.forEach((p, i) => {
        expect(Math.abs(p - exact[k]![i]!)).toBeLessThan(k === 0 ? 1e-9 : 0.08);
        if (exact[k]![i]! > 1e-6) expect(possible[k]![i]).toBe(1);
      }),
    );
  });

  it('knows the same of one candidate', () => {
    exact.forEach((slot, k) =>
      slot.forEach((p, i) => {
        const chance = chanceInSlot(components, of, i, k, new SeededRandom(5), 150);
        expect(Math.abs(chance - p)).toBeLessThan(k === 0 ? 1e-9 : 0.2 * p + 0.005);
      }),
    );
  });

  it('gives an item that was drawn a weight of 1 / its chance in the mean', () => {
    const weights = exact.map((slot) => slot.map(() => 0));
    for (const { list, probability } of lists) {
      if (probability < 1e-9) continue;
      list.forEach((candidate, k) => {
        const random = new SeededRandom(fnv1a32(`${list.join()} ${k}`));
        for (let time = 0; time < 20; time++) {
          const marginals = slotMarginals(policy, of, random, 20);
          const chance = loggedChances(policy, of, list, marginals, random, 20)[k]!;
          weights[k]![candidate]! += probability / chance / 20;
        }
      });
    }
    exact.forEach((slot, k) =>
      slot.forEach((p, i) => {
        expect(weights[k]![i]!).toBeLessThan(1.15);
        // Caps leave some items only the rarest company, which no drawn list has: those weigh less, never more.
        if (p > 1e-4 && shape !== 'capped') expect(weights[k]![i]!).toBeGreaterThan(0.85);
      }),
    );
  });
});

it('a list with something that is no candidate has no probability from there on', () => {
  const of = SHAPES[0]![1];
  const components = policyOf({ policy: 'random', explore: 0, thompsonSpread: 1 }).components(of);
  expect([...listPropensities(components, of, [0, -1, 2])]).toEqual([0.2, 0, 0]);
});

describe('the plackett-luce policy', () => {
  const of = SHAPES[1]![1];
  const mixture = (explore: number) => policyOf({ policy: 'plackett-luce', explore, thompsonSpread: 1 });

  it('states the same propensities for a list, whichever component drew it', () => {
    const sampling = listPropensities(mixture(1).components(of), of, of.greedy);
    const { propensities } = drawSlate(mixture(0.05), of, new SeededRandom(1));
    expect(propensities[0]).toBeCloseTo(0.95 + 0.05 * sampling[0]!, 12);
  });

  it('is plain softmax in the first slot', () => {
    const free = SHAPES[0]![1];
    const first = listPropensities(mixture(1).components(free), free, [1, 0, 2])[0];
    const weights = [1, 0.5, 0.2, 0, -0.7].map((score) => Math.exp(score / 0.5));
    expect(first).toBeCloseTo(weights[1]! / weights.reduce((a, b) => a + b), 12);
  });

  it('keeps propensities in (0, 1] on long lists, and certain where only the greedy list is left', () => {
    const scores = Array.from({ length: 200 }, (_, i) => -i / 40);
    const candidates = {
      size: 200,
      weights: softmaxWeights(scores, 200),
      rule: new LabelCap(9, () => new Int32Array(0), 0),
    };
    const greedy = greedySlate(candidates, 150, () => false, 0, 0);
    for (const explore of [0, 0.5])
      for (let seed = 0; seed < 20; seed++)
        for (const propensity of drawSlate(
          mixture(explore),
          { candidates, greedy, scores },
          new SeededRandom(seed),
        ).propensities) {
          expect(propensity).toBeGreaterThan(0);
          expect(propensity).toBeLessThanOrEqual(1);
        }
  });
});

describe('the probability that a Gaussian is the largest', () => {
  it('agrees with a simulation, also when some are taken away', () => {
    const random = new SeededRandom(17);
    const n = 12;
    const means = Array.from({ length: n }, () => random.normal());
    const deviations = Array.from({ length: n }, () => 0.2 + 0.8 * random.next());
    const choice = new GaussianChoice(means, deviations);
    const draws = 15_000;
    for (const among of [means.map((_, i) => i), [0, 3, 5, 7]]) {
      const wins = new Float64Array(n);
      for (let d = 0; d < draws; d++) {
        let best = -1;
        let largest = -Infinity;
        for (const i of among) {
          const value = means[i]! + deviations[i]! * random.normal();
          if (value > largest) [largest, best] = [value, i];
        }
        wins[best]!++;
      }
      choice.chances(among).forEach((chance, at) => {
        const share = wins[among[at]!]! / draws;
        expect(Math.abs(share - chance)).toBeLessThan(5 * Math.sqrt((chance * (1 - chance)) / draws) + 1e-3);
      });
    }
  });

  it('is exact for two: Φ of the standardised distance', () => {
    const [first] = new GaussianChoice([0.3, 0], [0.4, 0.3]).chances([0, 1]);
    expect(first).toBeCloseTo(normalCdf(0.3 / 0.5), 6);
    expect(normalCdf(1.959964)).toBeCloseTo(0.975, 6);
  });

  it('survives equal, certain and hopeless candidates', () => {
    const even = new GaussianChoice([1, 1, 1], [0, 0, 0]).chances([0, 1, 2]);
    for (const chance of even) expect(chance).toBeCloseTo(1 / 3, 9);
    const [sure, hopeless] = new GaussianChoice([0, -1_000], [0.1, 0.1]).chances([0, 1]);
    expect(sure).toBeCloseTo(1, 12);
    expect(hopeless).toBeLessThan(1e-12);
    expect([...new GaussianChoice([0, -1_000], [0.1, 0.1]).chances([1])]).toEqual([1]);
    const apart = new GaussianChoice([0, -3e6, -1e7], [0.1, 0.1, 0.1]);
    expect([...apart.chances([1])]).toEqual([1]);
    expect([apart.chance(1, [1]), apart.draw([1], 0.5)]).toEqual([1, 1]);
  });

  it('costs a list of a thousand no more than a fraction of a second, and each slot agrees with all chances there', () => {
    const random = new SeededRandom(3);
    const scores = Array.from({ length: 1_000 }, () => -20 * random.next()).sort((a, b) => b - a);
    const deviations = scores.map(() => 0.03 + 0.1 * random.next());
    const candidates = { size: 1_000, weights: softmaxWeights(scores, 1_000), rule: FREE };
    const of = { candidates, greedy: scores.map((_, i) => i), scores, deviations };
    const thompson = policyOf({ policy: 'thompson', explore: 0, thompsonSpread: 1 });
    const before = process.cpuUsage();
    const { order, propensities } = drawSlate(thompson, of, random);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(3_000);
    const choice = new GaussianChoice(scores, deviations);
    for (const slot of [0, 1, 500, 990, 999]) {
      const standing = of.greedy.filter((candidate) => !order.slice(0, slot).includes(candidate));
      const chances = choice.chances(standing);
      expect(propensities[slot]).toBe(chances[standing.indexOf(order[slot]!)]);
      expect(chances.reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(1, 12);
    }
  });
});

it('every policy is named with its parameters', () => {
  const named = (policy: PolicyName): string => policyOf({ policy, explore: 0.1, thompsonSpread: 2 }).name;
  expect((['greedy', 'epsilon-greedy', 'plackett-luce', 'thompson', 'random'] as const).map(named)).toEqual([
    'greedy',
    'epsilon-greedy-0.1',
    'plackett-luce-0.1',
    'thompson-2',
    'random',
  ]);
});
