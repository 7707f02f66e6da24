import { SeededRandom } from '#kernel';
import { PointReport } from './point-report.js';
import { auc, logLoss, normalisedEntropy } from './probability-metrics.js';

function filled(samples: number, samplesMax?: number) {
  const report = new PointReport(
    [
      { name: 'knows', probabilistic: true },
      { name: 'half', probabilistic: true, baseline: true },
      { name: 'order', probabilistic: false, baseline: true },
    ],
    samplesMax,
  );
  const random = new SeededRandom(5);
  const seen: { p: number; label: 0 | 1 }[] = [];
  for (let i = 0; i < samples; i++) {
    const p = Math.fround(random.next());
    const label = random.next() < p ? 1 : 0;
    report.add(`user-${i % 7}`, label, [p, 0.5, -p]);
    seen.push({ p, label });
  }
  return { report, seen };
}

describe('a report of single samples', () => {
  it('measures every model by the definitions, over all samples and the newest', () => {
    const { report, seen } = filled(400);
    for (const [last, part] of [
      [1, seen],
      [0.25, seen.slice(300)],
    ] as const) {
      const [p, labels] = [part.map((s) => s.p), part.map((s) => s.label)];
      const [knows, half, order] = report.rows(last);
      expect(report.samples(last)).toBe(part.length);
      expect(knows!.logLoss).toBeCloseTo(logLoss(p, labels), 10);
      expect(knows!.normalisedEntropy).toBeCloseTo(normalisedEntropy(p, labels), 10);
      expect(knows!.auc).toBeCloseTo(auc(p, labels), 10);
      expect(half).toMatchObject({ logLoss: expect.closeTo(Math.LN2, 10), auc: 0.5, userAuc: 0.5 });
      expect(half!.calibrationError).toBeCloseTo(Math.abs(0.5 - report.rate(last)), 10);
      expect(order!.auc).toBeCloseTo(1 - knows!.auc, 10);
      expect(order!.logLoss).toBeUndefined();
    }
  });

  it('compares two models by sample, where less loss is better, and by user', () => {
    const { report } = filled(400);
    const loss = report.compareLoss('knows', 'half', 1, 300);
    expect(loss.difference).toBeLessThan(0);
    expect(loss.pValue).toBe(0);
    const users = report.compareUserAuc('knows', 'half', 1, 300)!;
    const [knows, half] = report.rows();
    expect(users.difference).toBeCloseTo(knows!.userAuc - half!.userAuc, 10);
    expect(users.low).toBeGreaterThan(0);
  });

  it('keeps exact sums in bounded memory, however long the log is', () => {
    const { report, seen } = filled(40_000, 1_000);
    const [p, labels] = [seen.map((s) => s.p), seen.map((s) => s.label)];
    expect(report.samples()).toBe(40_000);
    expect(report.rows()[0]!.logLoss).toBeCloseTo(logLoss(p, labels), 10);
    expect(report.rows()[0]!.auc).toBeGreaterThan(0.8);
    const curve = report.lossCurve('half', 10);
    expect(curve).toHaveLength(10);
    expect(curve.at(-1)).toEqual([40_000, expect.closeTo(Math.LN2, 10)]);
  });
});
