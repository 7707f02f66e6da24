/** One run of a scenario, as a record that says how to replay it. */
import { errorMessage } from '#kernel';
import { Trial, type Scenario } from './scenario.js';

export interface RunOptions {
  readonly seed: number;
  readonly rounds: number;
  readonly mutant?: string;
}

export interface RunRecord {
  readonly scenario: string;
  readonly promise: number;
  readonly seed: number;
  readonly rounds: number;
  readonly mutant?: string;
  /** Whether the promise held. */
  readonly held: boolean;
  readonly broken: readonly string[];
  readonly faults: Readonly<Record<string, number>>;
  readonly work: Readonly<Record<string, number>>;
  readonly figures: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly replay: string;
}

/** Never throws: what a run could not finish did not hold. */
export async function runScenario(
  scenario: Scenario,
  { seed, rounds, mutant }: RunOptions,
): Promise<RunRecord> {
  const trial = new Trial(seed, rounds, mutant);
  const { findings } = trial;
  const startedAt = performance.now();
  try {
    await scenario.run(trial);
    findings.must(
      Object.values(findings.faults).some((times) => times > 0),
      'no fault was injected',
    );
    findings.must(
      Object.values(findings.work).some((times) => times > 0),
      'no work was done',
    );
  } catch (error) {
    findings.broken.push(errorMessage(error));
  }
  const { broken, faults, work, figures } = findings;
  return {
    scenario: scenario.name,
    promise: scenario.promise,
    seed,
    rounds,
    ...(mutant !== undefined && { mutant }),
    held: broken.length === 0,
    broken,
    faults,
    work,
    figures,
    seconds: Math.round((performance.now() - startedAt) / 100) / 10,
    replay: `npm run chaos -- ${scenario.name} --seed ${seed} --rounds ${rounds}${mutant === undefined ? '' : ` --mutant ${mutant}`}`,
  };
}
