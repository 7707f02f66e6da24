/** Promises about what experiments count of the goals beside the click. */
import { settingsSchema } from '#config';
import type { FeedbackRecord, Sequel } from '#events';
import { key53, SeededRandom } from '#kernel';
import { ExperimentStatistics } from './experiment-statistics.js';
import { armOf, experimentsOf, type Experiment } from './experiments.js';
import { DWELL_FULL_SECONDS, GOALS } from './goals.js';
import { modelSettingsOf } from './model-settings.js';
import { OnlineModel } from './online-model.js';
import { featuresOf, itemKeyOf, messagesOf } from './synthetic-feedback.js';

const experiment = (name: string): Experiment => ({
  ...{ name, salt: 's', since: 0, effect: 0.02 },
  arms: [
    { name: 'as-is', weight: 1 },
    { name: 'other', weight: 1 },
  ],
});

const sequel = (userKey: number, came: Partial<Sequel> = {}): Sequel => ({
  ...{ kind: 'sequel', cause: { sequence: 1, index: 0 }, timestamp: 1, itemKey: 1, listKey: 1, segment: 0 },
  ...{ userKey, liked: false, converted: false, dwellSeconds: -1, position: 1 },
  features: featuresOf(1, 1, 4),
  ...came,
});

interface World {
  readonly of: Experiment;
  readonly seed: number;
  readonly impressions?: number;
  /** Impressions between a click and the end of its list. */
  readonly delay?: number;
  /** Added to P(like | click) in the second arm. */
  readonly lift?: number;
}

/** Users come back, each with a click rate, a like rate and a patience of their own. */
function play(statistics: ExperimentStatistics, world: World, peek: () => void = () => undefined): void {
  const { of, seed, impressions = 4_000, delay = 200, lift = 0 } = world;
  const random = new SeededRandom(seed);
  const users = Array.from({ length: 400 }, (_, i) => ({
    key: key53(`${seed}-${i}`),
    clicks: 0.1 + 0.3 * random.next(),
    likes: 0.1 + 0.6 * random.next() + (armOf(of, key53(`${seed}-${i}`)) === 1 ? lift : 0),
    stay: 40 * random.next(),
  }));
  const open: { readonly at: number; readonly ended: Sequel }[] = [];
  for (let i = 0; i < impressions; i++) {
    const user = users[random.below(users.length)]!;
    const clicked = random.next() < user.clicks;
    statistics.recordOutcome(user.key, 1, clicked ? 1 : 0);
    const came = {
      liked: random.next() < user.likes,
      converted: random.next() < 0.1,
      dwellSeconds: random.next() < 0.8 ? user.stay * (0.5 + random.next()) : -1,
    };
    if (clicked) open.push({ at: i + delay, ended: sequel(user.key, came) });
    while (open.length > 0 && open[0]!.at <= i) statistics.recordSequel(open.shift()!.ended);
    if (i % 40 === 39) peek();
  }
}

/** E of a uniform stay up to 40 s, times a uniform of .5 to 1.5, cut: by summing up. */
function meanStay(): number {
  const steps = 400;
  let sum = 0;
  for (let a = 0; a < steps; a++)
    for (let b = 0; b < steps; b++)
      sum += Math.min(DWELL_FULL_SECONDS, ((40 * (a + 0.5)) / steps) * (0.5 + (b + 0.5) / steps));
  return sum / steps ** 2;
}

const TRUTH = { like: 0.25 * 0.4, conversion: 0.25 * 0.1, dwell: 0.25 * 0.8 * meanStay() } as const;

describe('results of the goals beside the click', () => {
  it('A/A: looked at a hundred times, fool in at most 5 %, and their intervals hold the truth all along', () => {
    const runs = 40;
    const fooled = { like: 0, conversion: 0, dwell: 0 };
    const missed = { like: 0, conversion: 0, dwell: 0 };
    let fooledByFixed = 0;
    for (let seed = 1; seed <= runs; seed++) {
      const of = experiment(`aa ${seed}`);
      const statistics = new ExperimentStatistics([of]);
      const [seen, out, byFixed] = [new Set<string>(), new Set<string>(), new Set<string>()];
      play(statistics, { of, seed }, () => {
        const [control, treated] = statistics.report()[0]!.arms;
        for (const goal of GOALS) {
          const { interval } = control!.goals[goal];
          if (interval && (interval.low > TRUTH[goal] || interval.high < TRUTH[goal])) out.add(goal);
          const { comparison } = treated!.goals[goal];
          if (!comparison) continue;
          if (comparison.low > 0 || comparison.high < 0) seen.add(goal);
          if (Math.abs(comparison.difference) > 1.96 * comparison.standardError) byFixed.add(goal);
        }
      });
      for (const goal of GOALS) {
        fooled[goal] += seen.has(goal) ? 1 : 0;
        missed[goal] += out.has(goal) ? 1 : 0;
      }
      fooledByFixed += byFixed.has('like') ? 1 : 0;
    }
    const shareOf = (counts: typeof fooled): number =>
      GOALS.reduce((sum, goal) => sum + counts[goal], 0) / runs / GOALS.length;
    expect(shareOf(fooled)).toBeLessThanOrEqual(0.05);
    expect(shareOf(missed)).toBeLessThanOrEqual(0.05);
    expect(fooledByFixed / runs).toBeGreaterThan(0.15);
  });

  it('find a difference of likes where clicks have none', () => {
    const of = experiment('likes');
    const statistics = new ExperimentStatistics([of]);
    play(statistics, { of, seed: 5, lift: 0.4, impressions: 8_000 });
    const [control, treated] = statistics.report()[0]!.arms;
    const { comparison } = treated!.goals.like;
    expect(comparison!.low).toBeGreaterThan(0);
    expect(comparison!.pValue).toBeLessThan(0.05);
    expect(comparison!.difference).toBeCloseTo(treated!.goals.like.rate - control!.goals.like.rate, 12);
    expect(treated!.comparison!.low).toBeLessThan(0);
    expect(control!.goals.like.comparison).toBeUndefined();
    expect(control!.goals.like.interval!.high).toBeLessThan(treated!.goals.like.rate);
  });

  it('are not less for lists that have not ended yet', () => {
    const of = experiment('open');
    const rates = [0, 4_000].map((delay) => {
      const statistics = new ExperimentStatistics([of]);
      play(statistics, { of, seed: 7, delay, impressions: 8_000 });
      return statistics.report()[0]!.arms[0]!;
    });
    const [all, half] = rates;
    expect(all!.ended).toBe(all!.clicks);
    expect(half!.ended / half!.clicks).toBeLessThan(0.6);
    for (const goal of GOALS) {
      expect(half!.goals[goal].rate / all!.goals[goal].rate).toBeGreaterThan(0.85);
      expect(half!.goals[goal].rate / all!.goals[goal].rate).toBeLessThan(1.15);
    }
    // Fewer are known, so less is sure.
    const width = ({ goals }: typeof all & {}) => goals.like.interval!.high - goals.like.interval!.low;
    expect(width(half!)).toBeGreaterThan(width(all!));
  });

  it('once all lists have ended are sums over items shown, each stay cut where it counts fully', () => {
    const statistics = new ExperimentStatistics([experiment('sums')]);
    const user = key53('ada');
    const arm = armOf(experiment('sums'), user);
    for (let i = 0; i < 8; i++) statistics.recordOutcome(user, 1, i < 4 ? 1 : 0);
    statistics.recordSequel(sequel(user, { liked: true, dwellSeconds: 12.5 }));
    statistics.recordSequel(sequel(user, { converted: true, dwellSeconds: 3_600 }));
    statistics.recordSequel(sequel(user, { liked: true }));
    statistics.recordSequel(sequel(user));
    expect(statistics.report()[0]!.arms[arm]).toMatchObject({
      ...{ impressions: 8, clicks: 4, ctr: 0.5, ended: 4 },
      goals: {
        like: { count: 2, rate: 2 / 8 },
        conversion: { count: 1, rate: 1 / 8 },
        dwell: { count: 2, rate: (12.5 + DWELL_FULL_SECONDS) / 8 },
      },
    });
  });

  it('count nothing of lists from before the experiment', () => {
    const statistics = new ExperimentStatistics([{ ...experiment('since'), since: 100 }]);
    for (const at of [99, 100]) {
      statistics.recordOutcome(key53('ada'), at, 1);
      statistics.recordSequel(sequel(key53('ada'), { timestamp: at, liked: true }));
    }
    const arms = statistics.report()[0]!.arms;
    expect(arms.map(({ goals }) => goals.like.count).sort()).toEqual([0, 1]);
    expect(arms.map(({ ended }) => ended).sort()).toEqual([0, 1]);
  });

  it('take an effect of their own, without which settings stay as they were named', () => {
    const configured = { ...experiment('effects'), since: '2026-01-01T00:00:00Z' };
    expect(experimentsOf([configured])[0]).not.toHaveProperty('effects');
    const widths = [undefined, { like: 1 }].map((effects) => {
      const of = { ...experiment('effects'), ...(effects && { effects }) };
      const statistics = new ExperimentStatistics([of]);
      play(statistics, { of, seed: 3 });
      const { like, conversion } = statistics.report()[0]!.arms[1]!.goals;
      return [like, conversion].map(({ comparison }) => comparison!.high - comparison!.low);
    });
    expect(widths[0]![0]).not.toBe(widths[1]![0]);
    expect(widths[0]![1]).toBe(widths[1]![1]);
  });
});

describe('A model that counts by arm', () => {
  const settings = modelSettingsOf(
    settingsSchema.parse({
      model: { bits: 10, holdSeconds: 0 },
      experiments: [
        {
          name: 'replay',
          since: '2023-01-01T00:00:00Z',
          arms: [{ name: 'as-is' }, { name: 'other' }],
        },
      ],
    }),
  );

  function* records(): Generator<FeedbackRecord> {
    const random = new SeededRandom(9);
    for (let i = 0; i < 400; i++) {
      const userKey = key53(`user ${random.below(40)}`);
      const [timestamp, itemKey, listKey] = [
        1_700_000_000_000 + i * 1_000,
        itemKeyOf(random.below(9)),
        i + 1,
      ];
      const base = { cause: { sequence: i + 1, index: 0 }, timestamp, userKey, itemKey, listKey, segment: 0 };
      const features = featuresOf(1, 2, 6);
      const shown = { position: 1, propensity: 0.5, features };
      const label = random.next() < 0.4 ? 1 : 0;
      yield { kind: 'outcome', ...base, ...shown, label, weight: 1 };
      if (label === 1)
        yield {
          ...{ kind: 'sequel', ...base, features, position: 1 },
          ...{ liked: random.next() < 0.5, converted: random.next() < 0.2, dwellSeconds: 40 * random.next() },
        };
    }
  }

  it('counts the same, bit for bit, from the beginning and from a snapshot at any message', () => {
    const messages = messagesOf(records(), 25);
    const whole = new OnlineModel(settings);
    messages.forEach((payload, i) => whole.fold(i + 1, payload));
    const arms = whole.scorer.tables.experiments.report()[0]!.arms;
    expect(arms.reduce((sum, { impressions }) => sum + impressions, 0)).toBe(400);
    expect(arms.reduce((sum, { ended }) => sum + ended, 0)).toBe(
      arms.reduce((sum, { clicks }) => sum + clicks, 0),
    );
    for (const { goals } of arms) for (const goal of GOALS) expect(goals[goal].count).toBeGreaterThan(0);
    for (let stop = 0; stop < messages.length; stop += 5) {
      let model = new OnlineModel(settings);
      messages.forEach((payload, i) => {
        model.fold(i + 1, payload);
        if (i !== stop) return;
        const { header, chunks } = model.encodeSnapshot();
        model = OnlineModel.decodeSnapshot(header, chunks);
      });
      expect(model.hash()).toEqual(whole.hash());
      expect(model.scorer.tables.experiments.report()).toEqual(whole.scorer.tables.experiments.report());
    }
  });
});
