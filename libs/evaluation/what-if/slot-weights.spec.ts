import { SeededRandom } from '#kernel';
import { drawSlate, policyOf, type Arrangement, type Contest, type PolicySettings } from '#ranking';
import { offPolicyReport, OffPolicySums, type OffPolicyReport } from '../off-policy/index.js';
import { reproducedSlots, slotWeights, type ClickAssumption } from './slot-weights.js';

const ITEMS = 6;
const SLOTS = 2;
const FREE = { reset: () => undefined, admits: () => true, place: () => undefined };
const EXPLORING: PolicySettings = { policy: 'plackett-luce', explore: 0.3, thompsonSpread: 1 };

/** A contest of the items in descending order of the scores. */
function contestOf(scores: readonly number[], settings: PolicySettings, rates: readonly number[]): Contest {
  const order = scores.map((_, i) => i).sort((a, b) => scores[b]! - scores[a]!);
  const sorted = order.map((i) => scores[i]!);
  const weights = Float64Array.from(sorted, (score) => Math.exp((score - sorted[0]!) / 0.5));
  const arrangement: Arrangement = {
    candidates: { size: order.length, weights, rule: FREE },
    greedy: Array.from({ length: SLOTS }, (_, k) => k),
    scores: sorted,
  };
  return {
    policy: policyOf(settings),
    arrangement,
    itemIds: order.map((i) => `item ${i}`),
    rates: Float64Array.from(order, (i) => rates[i]!),
  };
}

/** Users who look at a slot, then like what is there: two kinds of them, with tastes of their own. */
class World {
  private readonly random: SeededRandom;
  private readonly appeals: readonly (readonly number[])[];
  private readonly contests: readonly { readonly ran: Contest; readonly other: Contest }[];

  constructor(seed: number, other: PolicySettings, alike: boolean) {
    this.random = new SeededRandom(seed);
    const draw = (): number[] => Array.from({ length: ITEMS }, () => 0.05 + 0.4 * this.random.next());
    this.appeals = [draw(), draw()];
    // What the policies believe is only half true.
    this.contests = this.appeals.map((appeals) => {
      const beliefs = appeals.map((a) => 3 * (a + 0.3 * this.random.next()));
      const changed = beliefs.map((score, i) => (!alike && i % 3 === 0 ? -score : score));
      const rates = beliefs.map((score) => score / 6);
      return { ran: contestOf(beliefs, EXPLORING, rates), other: contestOf(changed, other, rates) };
    });
  }

  policies(kind: number): { ran: Contest; other: Contest } {
    return this.contests[kind]!;
  }

  clicked(kind: number, itemId: string, slot: number): number {
    return this.random.next() < this.appeal(kind, itemId, slot) ? 1 : 0;
  }

  appeal(kind: number, itemId: string, slot: number): number {
    return this.appeals[kind]![Number(itemId.slice(5))]! / Math.sqrt(slot + 1);
  }

  estimate(lists: number, assumption: ClickAssumption): OffPolicyReport {
    const sums = new OffPolicySums();
    for (let list = 0; list < lists; list++) {
      const kind = this.random.below(2);
      const { ran, other } = this.policies(kind);
      const { order, propensities } = drawSlate(ran.policy, ran.arrangement, this.random);
      const itemIds = order.map((i) => ran.itemIds[i]!);
      const logged = { recommendationId: `list ${list}`, itemIds, propensities: [...propensities] };
      slotWeights(logged, ran, other, assumption, 16).forEach(({ rate, expectedRate, ...chances }, slot) =>
        sums.add({
          reward: this.clicked(kind, itemIds[slot]!, slot),
          ...chances,
          predicted: rate,
          expected: expectedRate,
          cluster: list,
        }),
      );
    }
    return offPolicyReport(sums, { resamples: 80, effectiveSamplesMin: 40 });
  }

  /** The click rate when the other policy really runs. */
  truth(lists: number): number {
    let sum = 0;
    for (let list = 0; list < lists; list++) {
      const kind = list % 2;
      const { other } = this.policies(kind);
      const { order } = drawSlate(other.policy, other.arrangement, this.random);
      order.forEach((i, slot) => (sum += this.appeal(kind, other.itemIds[i]!, slot)));
    }
    return sum / (lists * SLOTS);
  }
}

describe('what another policy would have earned', () => {
  it.each([
    ['greedy', 'item-position', 40, 800, false],
    ['random', 'item-position', 15, 400, false],
    ['epsilon-greedy', 'cascade', 15, 700, true],
  ] as const)(
    '%s, by %s: the truth lies in about 95 %% of the intervals of %d worlds',
    (policy, assumption, worlds, lists, alike) => {
      const held: Record<string, number> = {};
      for (let seed = 1; seed <= worlds; seed++) {
        const world = new World(seed, { policy, explore: 0.2, thompsonSpread: 1 }, alike);
        const { estimates } = world.estimate(lists, assumption);
        const truth = world.truth(policy === 'greedy' ? 2 : 3_000);
        for (const { name, low, high } of estimates)
          if (low <= truth && truth <= high) held[name] = (held[name] ?? 0) + 1;
      }
      // Three standard deviations of a binomial count at 95 %.
      const least = 0.95 * worlds - 3 * Math.sqrt(0.0475 * worlds);
      for (const name of ['IPS', 'SNIPS', 'DR', 'SNDR'])
        expect(`${name} ${held[name]! >= least}`).toBe(`${name} true`);
    },
  );

  it('a policy compared with itself earns what was earned, exactly, and is found again', () => {
    const world = new World(3, EXPLORING, true);
    const { ran } = world.policies(0);
    const { order, propensities } = drawSlate(ran.policy, ran.arrangement, new SeededRandom(4));
    const logged = {
      recommendationId: 'l',
      itemIds: order.map((i) => ran.itemIds[i]!),
      propensities: [...propensities],
    };
    expect(reproducedSlots(logged, ran)).toBe(SLOTS);
    for (const { behaviour, target } of slotWeights(logged, ran, ran, 'cascade'))
      expect(target / behaviour!).toBeCloseTo(1, 12);
    for (const { behaviour, target, supported } of slotWeights(logged, ran, ran, 'item-position', 400)) {
      expect(target / behaviour!).toBeGreaterThan(0.8);
      expect(target / behaviour!).toBeLessThan(1.25);
      expect(supported).toBeCloseTo(1, 9);
    }
  });

  it('a log without exploration is refused', () => {
    const world = new World(5, { policy: 'random', explore: 0, thompsonSpread: 1 }, true);
    const { other } = world.policies(0);
    const beliefs = other.arrangement.scores as number[];
    const ran = contestOf(
      beliefs,
      { ...EXPLORING, policy: 'greedy' },
      beliefs.map(() => 0.1),
    );
    const sums = new OffPolicySums();
    for (let list = 0; list < 400; list++)
      for (const { rate, expectedRate, ...chances } of slotWeights(
        { recommendationId: `${list}`, itemIds: ran.itemIds.slice(0, SLOTS), propensities: [1, 1] },
        ran,
        other,
        'item-position',
      ))
        sums.add({ reward: 0, ...chances, predicted: rate, expected: expectedRate, cluster: list });
    const { refusal, estimates } = offPolicyReport(sums);
    expect(refusal).toMatchObject({ code: 'no-support', reason: expect.stringContaining('explore') });
    expect(estimates).toEqual([]);
  });
});
