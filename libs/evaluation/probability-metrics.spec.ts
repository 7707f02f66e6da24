import fc from 'fast-check';
import {
  auc,
  calibrationCurve,
  calibrationRatio,
  expectedCalibrationError,
  logLoss,
  normalisedEntropy,
} from './probability-metrics.js';

describe('probability metrics', () => {
  it('agree with values computed by hand', () => {
    expect(logLoss([0.8, 0.4], [1, 0])).toBeCloseTo(-(Math.log(0.8) + Math.log(0.6)) / 2, 12);
    expect(normalisedEntropy([0.25, 0.25, 0.25, 0.25], [1, 0, 0, 0])).toBeCloseTo(1, 12);
    expect(calibrationRatio([0.5, 0.7], [1, 0])).toBeCloseTo(1.2, 12);
    expect(auc([0.9, 0.8, 0.3, 0.1], [1, 0, 1, 0])).toBeCloseTo(0.75, 12);
    expect(auc([0.5, 0.5], [1, 0])).toBe(0.5);
  });

  it('survive predictions of exactly 0 and 1', () => {
    expect(Number.isFinite(logLoss([0, 1], [1, 0]))).toBe(true);
  });

  it('AUC equals the share of positive-negative pairs in the right order', () => {
    const samples = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.constantFrom(0, 1)), {
      minLength: 2,
      maxLength: 60,
    });
    fc.assert(
      fc.property(samples, (pairs) => {
        const positives = pairs.filter(([, y]) => y === 1);
        const negatives = pairs.filter(([, y]) => y === 0);
        fc.pre(positives.length > 0 && negatives.length > 0);
        let right = 0;
        for (const [p] of positives) for (const [n] of negatives) right += p > n ? 1 : p === n ? 0.5 : 0;
        const expected = right / (positives.length * negatives.length);
        expect(
          auc(
            pairs.map(([s]) => s),
            pairs.map(([, y]) => y),
          ),
        ).toBeCloseTo(expected, 10);
      }),
    );
  });

  it('bins a calibration curve by equal counts in order of prediction', () => {
    const curve = calibrationCurve([0.9, 0.1, 0.2, 0.8], [1, 0, 1, 1], 2);
    expect(curve.map((b) => [b.samples, b.observed])).toEqual([
      [2, 0.5],
      [2, 1],
    ]);
    expect(curve[0]!.predicted).toBeCloseTo(0.15);
    // (2 · |.15 − .5| + 2 · |.85 − 1|) / 4
    expect(expectedCalibrationError([0.9, 0.1, 0.2, 0.8], [1, 0, 1, 1], 2)).toBeCloseTo(0.25, 12);
  });
});
