import { SeededRandom } from '#kernel';
import { offPolicyReport, OffPolicySums, type EstimatorName, type OffPolicyReport } from './index.js';
import type { OffPolicySample } from './off-policy-sample.js';

function sumsOf(samples: Iterable<OffPolicySample>): OffPolicySums {
  const sums = new OffPolicySums();
  for (const sample of samples) sums.add(sample);
  return sums;
}

const FEW = { resamples: 100 };

const valueOf = (report: OffPolicyReport, name: EstimatorName): number =>
  report.estimates.find((estimate) => estimate.name === name)!.value;

/** A bandit of three actions whose click rates depend on one binary context. */
const RATES = [
  [0.1, 0.3, 0.5],
  [0.4, 0.2, 0.1],
];
const LOGGING = [0.6, 0.3, 0.1];
const EVALUATED = [0.1, 0.3, 0.6];
const TRUTH = RATES.flatMap((rates) => rates.map((rate, a) => (rate * EVALUATED[a]!) / 2)).reduce(
  (a, b) => a + b,
);

interface World {
  readonly model?: (context: number, action: number) => number;
  readonly logged?: readonly number[];
}

function* bandit(
  n: number,
  seed: number,
  { model, logged = LOGGING }: World = {},
): Generator<OffPolicySample> {
  const random = new SeededRandom(seed);
  for (let i = 0; i < n; i++) {
    const context = random.below(2);
    const u = random.next();
    const action = u < LOGGING[0]! ? 0 : u < LOGGING[0]! + LOGGING[1]! ? 1 : 2;
    yield {
      reward: random.next() < RATES[context]![action]! ? 1 : 0,
      behaviour: logged[action]!,
      target: EVALUATED[action]!,
      cluster: i,
      ...(model && {
        predicted: model(context, action),
        expected: EVALUATED.reduce((sum, p, a) => sum + p * model(context, a), 0),
      }),
    };
  }
}

describe('off-policy estimators', () => {
  it('agree with values computed by hand', () => {
    const samples = [
      { reward: 1, behaviour: 0.5, target: 0.25, predicted: 0.4, expected: 0.3, cluster: 1 },
      { reward: 0, behaviour: 0.25, target: 0.75, predicted: 0.2, expected: 0.25, cluster: 2 },
    ];
    const report = offPolicyReport(sumsOf(samples), {
      effectiveSamplesMin: 1,
      clustersMin: 1,
      resamples: 50,
    });
    const residual = 0.5 * 0.6 + 3 * -0.2;
    expect(valueOf(report, 'IPS')).toBeCloseTo(0.25, 12);
    expect(valueOf(report, 'SNIPS')).toBeCloseTo(0.5 / 3.5, 12);
    expect(valueOf(report, 'DM')).toBeCloseTo(0.275, 12);
    expect(valueOf(report, 'DR')).toBeCloseTo(0.275 + residual / 2, 12);
    expect(valueOf(report, 'SNDR')).toBeCloseTo(0.275 + residual / 3.5, 12);
    expect(report.diagnostics).toMatchObject({
      effectiveSamples: 3.5 ** 2 / 9.25,
      weightMax: 3,
      weightMean: 1.75,
    });
  });

  it('find the value of a policy that never ran, the model-based ones with a fair model too', () => {
    const report = offPolicyReport(sumsOf(bandit(20_000, 3, { model: (x, a) => RATES[x]![a]! })), FEW);
    for (const { name, value, standardError } of report.estimates) {
      expect(`${name} ${Math.abs(value - TRUTH) < 4 * standardError + 1e-3}`).toBe(`${name} true`);
    }
  });

  it('doubly robust: right with a wrong model, and right with wrong propensities', () => {
    const wrongModel = offPolicyReport(sumsOf(bandit(20_000, 4, { model: () => 0.9 })), FEW);
    expect(valueOf(wrongModel, 'DM')).toBeCloseTo(0.9, 12);
    expect(valueOf(wrongModel, 'DR')).toBeCloseTo(TRUTH, 1.5);
    const wrongPropensities = offPolicyReport(
      sumsOf(bandit(20_000, 5, { model: (x, a) => RATES[x]![a]!, logged: [0.3, 0.3, 0.4] })),
      { ...FEW, supportMin: 0 },
    );
    expect(Math.abs(valueOf(wrongPropensities, 'IPS') - TRUTH)).toBeGreaterThan(0.1);
    expect(valueOf(wrongPropensities, 'DR')).toBeCloseTo(TRUTH, 1.5);
  });

  it('switch-DR leaves what weighs too much to the model', () => {
    function* rare(): Generator<OffPolicySample> {
      const model = { predicted: 0.05, expected: 0.05 };
      for (let i = 0; i < 4_000; i++)
        yield { reward: i % 20 ? 0 : 1, behaviour: 1, target: 0.9, ...model, cluster: i };
      yield { reward: 1, behaviour: 1e-4, target: 0.1, ...model, cluster: -1 };
    }
    const report = offPolicyReport(sumsOf(rare()), { ...FEW, effectiveSamplesMin: 0, supportMin: 0 });
    expect(report.threshold).toBeLessThan(1_000);
    expect(Math.abs(valueOf(report, 'switch-DR') - 0.05)).toBeLessThan(0.005);
    expect(Math.abs(valueOf(report, 'DR') - 0.05)).toBeGreaterThan(0.1);
  });

  it('their 95 % intervals hold the truth in about 95 % of seeded logs', () => {
    const runs = 60;
    const held: Partial<Record<EstimatorName, number>> = {};
    for (let seed = 1; seed <= runs; seed++) {
      const samples = bandit(600, 1_000 + seed, { model: (x, a) => RATES[x]![a]! / 2 });
      const report = offPolicyReport(sumsOf(samples), { resamples: 150, seed });
      for (const { name, low, high } of report.estimates)
        held[name] = (held[name] ?? 0) + (low <= TRUTH && TRUTH <= high ? 1 : 0);
    }
    // A binomial share of 60 has a standard error of 3 %.
    for (const name of ['IPS', 'SNIPS', 'DR', 'SNDR'] as const)
      expect(`${name} ${held[name]! / runs > 0.86}`).toBe(`${name} true`);
  });

  it('resample whole clusters: copies of a choice add no certainty', () => {
    const once = [...bandit(500, 9)];
    const copied = once.flatMap((sample) => Array.from({ length: 10 }, () => sample));
    const [single, tenfold] = [once, copied].map((samples) => offPolicyReport(sumsOf(samples), { seed: 2 }));
    tenfold!.estimates.forEach(({ standardError, low, high }, i) => {
      expect(standardError).toBeCloseTo(single!.estimates[i]!.standardError, 9);
      expect([low, high]).toEqual([
        expect.closeTo(single!.estimates[i]!.low, 9),
        expect.closeTo(single!.estimates[i]!.high, 9),
      ]);
    });
  });

  it('stay within their memory for any number of clusters, and still give an interval', () => {
    const sums = sumsOf(bandit(40_000, 11));
    expect(sums.groups).toBeLessThanOrEqual(4_096);
    const { low, high } = offPolicyReport(sums, { resamples: 50 }).estimates[0]!;
    expect(low).toBeLessThan(TRUTH);
    expect(high).toBeGreaterThan(TRUTH);
  });

  it('leave the model-based ones out where a prediction is missing', () => {
    const names = offPolicyReport(sumsOf(bandit(500, 2)), { resamples: 10 }).estimates.map(
      ({ name }) => name,
    );
    expect(names).toEqual(['IPS', 'SNIPS']);
  });

  it('refuse a sample that is not finite rather than poison the sums', () => {
    const sums = new OffPolicySums();
    expect(() => sums.add({ reward: NaN, behaviour: 0.5, target: 0.5, cluster: 1 })).toThrow('reward NaN');
  });
});

describe('a question that the log cannot answer is refused with the reason', () => {
  const refusal = (samples: Iterable<OffPolicySample>) => {
    const report = offPolicyReport(sumsOf(samples));
    expect(report.estimates).toEqual(report.refusal ? [] : report.estimates);
    return report.refusal;
  };

  it('few users were shown anything, however many choices were made for them', () => {
    const samples = [...bandit(2_000, 6)].map((sample, i) => ({ ...sample, cluster: i % 3 }));
    expect(refusal(samples)?.code).toBe('few-clusters');
    expect(refusal(samples.map((sample, i) => ({ ...sample, cluster: i % 30 })))).toBeUndefined();
  });

  it('and if it is wanted all the same, no bound is beyond what is possible by rounding', () => {
    const samples = [...bandit(600, 8)].map((sample, i) => ({
      ...sample,
      target: sample.behaviour!,
      cluster: i % 2,
    }));
    const { estimates } = offPolicyReport(sumsOf(samples), { clustersMin: 1 });
    for (const { low, high } of estimates.filter(({ name }) => name === 'IPS'))
      for (const bound of [low, high]) expect(Number.isNaN(bound) || Math.abs(bound) <= 1.5).toBe(true);
  });

  it('nothing was logged', () => expect(refusal([])?.code).toBe('nothing-logged'));

  it('no choice has a propensity', () =>
    expect(refusal([{ reward: 1, behaviour: undefined, target: 1, cluster: 1 }])).toMatchObject({
      code: 'no-propensities',
      reason: expect.stringContaining('none of 1 logged choices'),
    }));

  it('the log never explored, and the policy wants something else', () => {
    const greedy = Array.from({ length: 1_000 }, (_, i) => ({
      reward: i % 2,
      behaviour: 1,
      target: i % 10 ? 0 : 1,
      cluster: i,
    }));
    expect(refusal(greedy)).toMatchObject({ code: 'no-support', reason: expect.stringContaining('explore') });
  });

  it('the caller knows that a part of the policy could not be shown', () => {
    const partly = Array.from({ length: 1_000 }, (_, i) => ({
      reward: 0,
      behaviour: 0.5,
      target: 0.5,
      supported: 0.7,
      cluster: i,
    }));
    expect(refusal(partly)?.reason).toContain('at most 70.0 %');
  });

  it('too few effective samples', () => {
    const few = Array.from({ length: 50 }, (_, i) => ({
      reward: i % 2,
      behaviour: 0.5,
      target: 0.5,
      cluster: i,
    }));
    expect(refusal(few)).toMatchObject({
      code: 'few-effective-samples',
      reason: expect.stringContaining('50.0'),
    });
  });
});
