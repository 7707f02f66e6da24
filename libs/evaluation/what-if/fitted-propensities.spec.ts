import { SeededRandom } from '#kernel';
import { drawSlate, policyOf, slotMarginals, TEMPERATURE, type Contest, type PolicySettings } from '#ranking';
import { FittedPropensities, WARM_UP_LISTS } from './fitted-propensities.js';

const ITEMS = 15;
const SLOTS = 3;
const FREE = { reset: () => undefined, admits: () => true, place: () => undefined };

/** Candidates of random scores, best first. */
function contestOf(random: SeededRandom, settings: PolicySettings): Contest {
  const scores = Array.from({ length: ITEMS }, () => random.normal()).sort((a, b) => b - a);
  return {
    policy: policyOf(settings),
    arrangement: {
      candidates: {
        size: ITEMS,
        weights: Float64Array.from(scores, (score) => Math.exp((score - scores[0]!) / TEMPERATURE)),
        rule: FREE,
      },
      greedy: Array.from({ length: SLOTS }, (_, k) => k),
      scores,
    },
    itemIds: scores.map((_, i) => `item ${i}`),
    rates: new Float64Array(ITEMS).fill(0.1),
  };
}

/** Mean |ln(p / true)| over the newest half of the lists: of fitted propensities, and of even ones. */
function errors(settings: PolicySettings, lists: number) {
  const random = new SeededRandom(7);
  const fitted = new FittedPropensities();
  const sums = { fitted: 0, even: 0, slots: 0 };
  for (let list = 0; list < lists; list++) {
    const contest = contestOf(random, settings);
    const { order } = drawSlate(contest.policy, contest.arrangement, random);
    const chances = fitted.observe(
      contest,
      order.map((place) => contest.itemIds[place]!),
    );
    if (list < lists / 2) continue;
    const truth = slotMarginals(contest.policy, contest.arrangement, new SeededRandom(list), 200).chances;
    order.forEach((place, slot) => {
      sums.fitted += Math.abs(Math.log(chances[slot]! / truth[slot]![place]!));
      sums.even += Math.abs(Math.log(1 / ITEMS / truth[slot]![place]!));
      sums.slots++;
    });
  }
  return { fitted: sums.fitted / sums.slots, even: sums.even / sums.slots };
}

describe('propensities fitted to what a policy has shown', () => {
  it.each([
    { policy: 'plackett-luce', explore: 1, thompsonSpread: 1 },
    { policy: 'epsilon-greedy', explore: 0.3, thompsonSpread: 1 },
  ] as const)('are less than half as far off as even ones, where $policy chose', (settings) => {
    const { fitted, even } = errors(settings, 1_200);
    expect(fitted).toBeLessThan(even / 2);
  });

  it('are even where the policy chose evenly', () => {
    const { fitted } = errors({ policy: 'random', explore: 0, thompsonSpread: 1 }, 1_200);
    expect(fitted).toBeLessThan(0.15);
  });

  it('says nothing before it has learnt, nor of what is no candidate', () => {
    const random = new SeededRandom(1);
    const fitted = new FittedPropensities();
    const contest = contestOf(random, { policy: 'random', explore: 0, thompsonSpread: 1 });
    for (let list = 0; list < WARM_UP_LISTS; list++)
      expect(fitted.observe(contest, ['item 3', 'item 1'])).toEqual([undefined, undefined]);
    const [known, stranger] = fitted.observe(contest, ['item 3', 'somebody else’s']);
    expect(known).toBeGreaterThan(0);
    expect(stranger).toBeUndefined();
  });
});
