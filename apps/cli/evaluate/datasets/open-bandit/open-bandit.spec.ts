import { join } from 'node:path';
import { evaluateBandit } from './open-bandit.js';
import { readBanditLog } from './bandit-log.js';
import { fittedPropensities } from './fitted-propensities.js';

const DATA = process.env.REKAPPA_DATA;
// The data are not part of the project: without REKAPPA_DATA the suite says so and skips.
const withData = DATA ? describe : describe.skip;

withData(`Open Bandit men${DATA ? '' : ' (skipped: REKAPPA_DATA is not set)'}`, () => {
  const file = (name: string): string => join(DATA!, 'open-bandit', name);

  const read = () =>
    readBanditLog({
      random: file('random_men.csv.gz'),
      evaluated: file('bts_men.csv.gz'),
      items: file('item_context_men.csv'),
      distribution: file('bts_action_dist_men.csv'),
    });

  it('gives the figures of the Open Bandit Pipeline: to every printed digit where no reward model enters', async () => {
    const log = await read();
    const report = evaluateBandit(log);
    const value = Object.fromEntries(report.estimates.map((e) => [e.name, e.value]));
    expect(report.behaviour.toFixed(4)).toBe('0.0046');
    expect(log.onPolicy.mean.toFixed(4)).toBe('0.0069');
    expect(value.IPS!.toFixed(6)).toBe('0.004534');
    expect(value.SNIPS!.toFixed(6)).toBe('0.004604');
    for (const [name, printed] of [
      ['DM', 0.00415],
      ['DR', 0.004569],
      ['SNDR', 0.004575],
    ] as const)
      expect(Math.abs(value[name]! / printed - 1)).toBeLessThan(0.05);
  });

  it('gives nearly the same with propensities fitted to the log', async () => {
    const log = await read();
    const logged = evaluateBandit(log);
    const fitted = evaluateBandit(log, fittedPropensities(log));
    expect(fitted.refusal).toBeUndefined();
    expect(fitted.diagnostics.weightMean).toBeCloseTo(1, 2);
    fitted.estimates.forEach(({ name, value, standardError }, i) => {
      const known = logged.estimates[i]!;
      expect([name, Math.abs(value - known.value) < known.standardError]).toEqual([known.name, true]);
      if (name !== 'DM') expect(standardError / known.standardError).toBeCloseTo(1, 0);
    });
  });
});
