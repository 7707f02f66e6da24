import { SeededRandom } from '#kernel';
import { Blend } from './blend.js';
import { Calibrator } from './calibrator.js';
import { sigmoid } from './logistic.js';
import { PREDICTORS, ProgressiveValidation } from './progressive-validation.js';

function run(samples: number, window: number) {
  const validation = new ProgressiveValidation(window);
  const random = new SeededRandom(1);
  const seen: { p: number; label: 0 | 1 }[] = [];
  for (let i = 0; i < samples; i++) {
    const p = 0.05 + 0.9 * random.next();
    const label = (random.next() < p ? 1 : 0) as 0 | 1;
    validation.predictions.fill(p);
    validation.record(label, i);
    seen.push({ p, label });
  }
  return { report: validation.report(), seen };
}

/** AUC by its definition: all pairs. */
function pairwiseAuc(seen: readonly { p: number; label: 0 | 1 }[]): number {
  let [wins, pairs] = [0, 0];
  for (const a of seen)
    for (const b of seen) if (a.label > b.label) (pairs++, (wins += a.p > b.p ? 1 : a.p === b.p ? 0.5 : 0));
  return wins / pairs;
}

describe('Progressive validation', () => {
  it('measures what the definitions say, over all samples and over the window', () => {
    const { report, seen } = run(1_200, 500);
    for (const [section, part] of [
      [report.cumulative, seen],
      [report.windowed, seen.slice(-500)],
    ] as const) {
      const rate = part.reduce((sum, { label }) => sum + label, 0) / part.length;
      const loss = part.reduce((sum, { p, label }) => sum - Math.log(label ? p : 1 - p), 0) / part.length;
      const { blend } = section.predictors;
      expect([section.samples, section.clicks]).toEqual([part.length, rate * part.length]);
      expect(blend.logLoss).toBeCloseTo(loss, 5);
      expect(blend.normalisedEntropy).toBeCloseTo(
        loss / -(rate * Math.log(rate) + (1 - rate) * Math.log(1 - rate)),
        5,
      );
      expect(blend.calibration).toBeCloseTo(
        part.reduce((sum, { p }) => sum + p, 0) / (rate * part.length),
        5,
      );
      expect(blend.auc).toBeCloseTo(pairwiseAuc(part), 2);
      for (const bin of blend.calibrationBins)
        expect(Math.abs(bin.predicted - bin.observed)).toBeLessThan(0.2);
    }
  });

  it('has a calibration error: how far predictions lie from what happened', () => {
    const validation = new ProgressiveValidation(10);
    for (const label of [0, 1, 1, 1] as const) {
      validation.predictions.fill(0.3);
      validation.record(label, 1);
    }
    expect(validation.report().windowed.predictors.blend.calibrationError).toBeCloseTo(0.45, 2);
  });

  it('takes back that a sample was not clicked, as if it had been recorded so, and keeps what was predicted then', () => {
    const [revised, right] = [new ProgressiveValidation(3), new ProgressiveValidation(3)];
    const labels = [0, 1, 0, 0, 1, 0] as const;
    labels.forEach((label, i) => {
      for (const validation of [revised, right]) validation.predictions.fill(Math.fround(0.1 + i / 10));
      revised.record(i === 5 || i === 3 ? 0 : label, i);
      right.record(i === 5 || i === 3 ? 1 : label, i);
    });
    revised.predictions.fill(0.01);
    revised.revise(5);
    revised.revise(3);
    expect(revised.report().windowed).toEqual(right.report().windowed);
    const [ours, theirs] = [revised, right].map((validation) => validation.report().cumulative);
    expect(ours!.clicks).toBe(theirs!.clicks);
    expect(ours!.predictors.blend.logLoss).toBeCloseTo(theirs!.predictors.blend.logLoss!, 9);
    expect(ours!.predictors.blend.auc).toBe(theirs!.predictors.blend.auc);
    revised.predictions.fill(0.1);
    revised.revise(0); // it has left the window: predicted as now
    expect(revised.report().cumulative.clicks).toBe(5);
    expect(revised.report().windowed).toEqual(right.report().windowed);
  });

  it('has no ratios without denominators, and nothing that JSON cannot carry', () => {
    const { report } = run(0, 10);
    for (const name of PREDICTORS)
      expect(report.cumulative.predictors[name]).toEqual({
        logLoss: null,
        normalisedEntropy: null,
        auc: null,
        calibration: null,
        calibrationError: null,
        calibrationBins: [],
      });
    expect(JSON.parse(JSON.stringify(run(50, 10).report))).toEqual(run(50, 10).report);
  });
});

describe('Calibration', () => {
  it('takes back what weighting the negatives did to the odds', () => {
    expect(new Calibrator(0.1).probability(Math.log(0.2 / (0.8 * 0.1)))).toBeCloseTo(0.2, 10);
  });

  it('learns to correct a learner that is too sure of itself', () => {
    const calibrator = new Calibrator(1);
    const random = new SeededRandom(2);
    for (let i = 0; i < 50_000; i++) {
      const truth = random.normal();
      const clicked = random.next() < sigmoid(truth) ? 1 : 0;
      const logit = 2 * truth - 1;
      calibrator.update(logit, calibrator.probability(logit), clicked, 1 - clicked);
    }
    for (const truth of [-1.5, 0, 1.5])
      expect(Math.abs(calibrator.probability(2 * truth - 1) - sigmoid(truth))).toBeLessThan(0.03);
  });
});

describe('The blend', () => {
  it('starts at the given shares, and moves to the learner that knows', () => {
    const blend = new Blend([1 / 3, 1 / 3, 1 / 3]);
    expect(blend.logit(1, Float64Array.of(3, 0, 0))).toBeCloseTo(2, 10);
    const random = new SeededRandom(3);
    for (let i = 0; i < 20_000; i++) {
      const truth = random.normal();
      const logits = Float64Array.of(truth, random.normal(), random.normal());
      const p = sigmoid(blend.logit(0, logits));
      blend.update(logits, p - (random.next() < sigmoid(truth) ? 1 : 0), p * (1 - p));
    }
    const [, knows, guesses] = blend.coefficients;
    expect(knows!).toBeGreaterThan(0.7);
    expect(Math.abs(guesses!)).toBeLessThan(0.2);
  });

  it('stays finite and bounded, whatever it is told', () => {
    const blend = new Blend([0.5, 0.5]);
    for (let i = 0; i < 5_000; i++) blend.update(Float64Array.of(80, -80 + (i % 3)), i % 2 ? 10 : -10, 1e-9);
    for (const coefficient of blend.coefficients) expect(Math.abs(coefficient)).toBeLessThanOrEqual(4);
  });
});
