/** The short run of a scenario in `npm test`. Its mutants are proved by `npm run chaos -- <name> --mutant`. */
import { testSeed } from '#testkit';
import { runScenario, type RunRecord } from './run-scenario.js';
import type { Scenario } from './scenario.js';

const RUN_MS = 480_000;
/** A run that proves nothing is made once more. */
const TEST_MS = 2 * RUN_MS;

/** A scenario that this machine cannot run is a skipped test, whose name says what is missing. */
export async function describeScenario(scenario: Scenario): Promise<void> {
  const lacking = await scenario.needs?.();
  const name = lacking === undefined ? scenario.about : `${scenario.about} (skipped: ${lacking})`;
  (lacking === undefined ? it : it.skip)(
    name,
    async () => {
      let run = await shortRun(scenario);
      if (provesNothing(run)) run = await shortRun(scenario);
      const { verdict, broken, lacking, error } = run;
      expect({ verdict, broken, lacking, error }).toEqual({ verdict: 'held', broken: [], lacking: [] });
    },
    TEST_MS,
  );
}

async function shortRun(scenario: Scenario): Promise<RunRecord> {
  const run = await runScenario(scenario, {
    seed: testSeed(scenario.name),
    rounds: scenario.rounds.short,
  });
  process.stderr.write(`${JSON.stringify(run)}\n`);
  return run;
}

/** It went to its end and nothing broke, but too little happened in it: neither a proof nor a finding, so it is made once more. */
function provesNothing({ verdict, broken, error }: RunRecord): boolean {
  return verdict === 'void' && broken.length === 0 && error === undefined;
}
