/** The short run of a scenario in `npm test`. Its mutants are proved by `npm run chaos -- <name> --mutant`. */
import { testSeed } from '#testkit';
import { runScenario } from './run-scenario.js';
import type { Scenario } from './scenario.js';

const TEST_MS = 480_000;

export function describeScenario(scenario: Scenario): void {
  it(
    scenario.about,
    async () => {
      const lacking = await scenario.needs?.();
      if (lacking !== undefined) {
        process.stderr.write(`${scenario.name} is skipped: ${lacking}\n`);
        return;
      }
      const run = await runScenario(scenario, {
        seed: testSeed(scenario.name),
        rounds: scenario.rounds.short,
      });
      process.stderr.write(`${JSON.stringify(run)}\n`);
      expect(run.broken).toEqual([]);
    },
    TEST_MS,
  );
}
