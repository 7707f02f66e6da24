import { key53, SeededRandom } from '#kernel';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { ExperimentStatistics } from './experiment-statistics.js';
import { armOf, type Experiment } from './experiments.js';
import { sequentialTest } from './sequential-interval.js';

const experiment = (name: string, salt = 's', weights = [1, 1]): Experiment => ({
  name,
  salt,
  since: 0,
  effect: 0.02,
  arms: weights.map((weight, i) => ({ name: `arm ${i}`, weight })),
});

describe('the assignment of users to arms', () => {
  const users = Array.from({ length: 20_000 }, (_, i) => key53(`user-${i}`));

  it('is the same every time, and follows the weights', () => {
    const uneven = experiment('a', 's', [1, 2, 1]);
    const counts = [0, 0, 0];
    for (const user of users) {
      expect(armOf(uneven, user)).toBe(armOf(uneven, user));
      counts[armOf(uneven, user)]!++;
    }
    const chiSquare = counts.reduce((sum, n, arm) => {
      const expected = users.length * [0.25, 0.5, 0.25][arm]!;
      return sum + (n - expected) ** 2 / expected;
    }, 0);
    expect(chiSquare).toBeLessThan(13.8);
  });

  it.each([
    [experiment('a'), experiment('b')],
    [experiment('a'), experiment('a', 'another salt')],
  ])('is independent between experiments', (one, other) => {
    const table = [0, 0, 0, 0];
    for (const user of users) table[armOf(one, user) * 2 + armOf(other, user)]!++;
    const expected = users.length / 4;
    // Three degrees of freedom, p = .001.
    expect(table.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0)).toBeLessThan(16.3);
  });
});

/** Users come back, each with a click rate of their own. */
function play(
  statistics: ExperimentStatistics,
  of: Experiment,
  seed: number,
  lift: number,
  peek: () => void,
) {
  const random = new SeededRandom(seed);
  const users = Array.from({ length: 400 }, (_, i) => key53(`${seed}-${i}`));
  const rates = users.map((user) => (armOf(of, user) === 1 ? lift : 0) + 0.02 + 0.16 * random.next());
  for (let i = 0; i < 3_000; i++) {
    const user = random.below(users.length);
    statistics.recordOutcome(users[user]!, 1, random.next() < rates[user]! ? 1 : 0);
    if (i % 30 === 29) peek();
  }
}

describe('live results', () => {
  it('A/A: whoever looks a hundred times and stops at the first difference is fooled in at most 5 %', () => {
    const runs = 60;
    let fooled = 0;
    let fooledByFixed = 0;
    for (let seed = 1; seed <= runs; seed++) {
      const of = experiment(`aa ${seed}`);
      const statistics = new ExperimentStatistics([of]);
      let seen = false;
      let seenByFixed = false;
      play(statistics, of, seed, 0, () => {
        const test = statistics.report()[0]!.arms[1]!.comparison;
        if (!test) return;
        seen ||= test.low > 0 || test.high < 0;
        seenByFixed ||= Math.abs(test.difference) > 1.96 * test.standardError;
      });
      fooled += seen ? 1 : 0;
      fooledByFixed += seenByFixed ? 1 : 0;
    }
    expect(fooled / runs).toBeLessThanOrEqual(0.05);
    // The same peeking with an ordinary 95 % interval: what this protects from.
    expect(fooledByFixed / runs).toBeGreaterThan(0.15);
  });

  it('say nothing while only a handful of users were seen, however much those did', () => {
    const of = experiment('few');
    const statistics = new ExperimentStatistics([of]);
    for (let user = 0; user < 8; user++)
      for (let i = 0; i < 500; i++)
        statistics.recordOutcome(key53(`user ${user}`), of.since + i, i % (2 + user) === 0 ? 1 : 0);
    expect(statistics.report()[0]!.arms.map(({ comparison }) => comparison)).toEqual([undefined, undefined]);
  });

  it('find a difference that is there', () => {
    const of = experiment('ab');
    const statistics = new ExperimentStatistics([of]);
    play(statistics, of, 4, 0.08, () => undefined);
    const [control, treated] = statistics.report()[0]!.arms;
    expect(control!.comparison).toBeUndefined();
    expect(treated!.comparison!.low).toBeGreaterThan(0);
    expect(treated!.comparison!.pValue).toBeLessThan(0.05);
    expect(treated!.comparison!.lift).toBeCloseTo(treated!.ctr / control!.ctr - 1, 12);
  });

  it('count from the start of the experiment, and survive a snapshot', () => {
    const of = { ...experiment('since'), since: 100 };
    const statistics = new ExperimentStatistics([of]);
    statistics.recordOutcome(key53('a'), 99, 1);
    statistics.recordOutcome(key53('a'), 100, 1);
    statistics.recordOutcome(key53('b'), 101, 0);
    const writer = new ByteWriter();
    statistics.encode(writer);
    const restored = new ExperimentStatistics([of]);
    restored.decode(new ByteReader(writer.bytes()));
    expect(restored.report()).toEqual(statistics.report());
    const arms = restored.report()[0]!.arms;
    expect(arms.reduce((sum, arm) => sum + arm.impressions, 0)).toBe(2);
    expect(arms.reduce((sum, arm) => sum + arm.clicks, 0)).toBe(1);
  });
});

it('the p value is 0.05 where the interval just touches 0', () => {
  const { low } = sequentialTest(0.03, 0.01, 0.02);
  const touching = sequentialTest(0.03 - low, 0.01, 0.02);
  expect(touching.low).toBeCloseTo(0, 9);
  expect(touching.pValue).toBeCloseTo(0.05, 9);
});
