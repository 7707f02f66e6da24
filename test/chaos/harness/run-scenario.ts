/** One run of a scenario, as a record that says how to replay it. */
import { errorMessage } from '#kernel';
import { Trial, type Scenario } from './scenario.js';

export interface RunOptions {
  readonly seed: number;
  readonly rounds: number;
  readonly mutant?: string;
}

/**
 * `held`: faults, work, and all as promised. `broken`: faults, work, and something that was promised did not hold.
 * `void`: neither, since it could not be finished, or too little happened in it. A mutant is caught by `broken` alone: one that
 * cannot even be loaded breaks no promise.
 */
export type Verdict = 'held' | 'broken' | 'void';

export interface RunRecord {
  readonly scenario: string;
  readonly promise: number;
  readonly seed: number;
  readonly rounds: number;
  readonly mutant?: string;
  readonly verdict: Verdict;
  readonly broken: readonly string[];
  /** What makes the run no proof. */
  readonly lacking: readonly string[];
  /** What ended it early. */
  readonly error?: string;
  /** Faults that this machine cannot have, and why. */
  readonly without: readonly string[];
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
  const startedAt = performance.now();
  const error = await errorOf(scenario, trial);
  const { broken, lacking, without, faults, work, figures } = trial.findings;
  const faulty = happened(faults);
  const worked = happened(work);
  trial.findings.enough(faulty, 'no fault was injected');
  trial.findings.enough(worked, 'no work was done');
  const verdict = (): Verdict => {
    if (broken.length > 0 && faulty && worked) return 'broken';
    return broken.length + lacking.length > 0 || error !== undefined ? 'void' : 'held';
  };
  return {
    scenario: scenario.name,
    promise: scenario.promise,
    seed,
    rounds,
    ...(mutant !== undefined && { mutant }),
    verdict: verdict(),
    broken,
    lacking,
    ...(error !== undefined && { error }),
    without,
    faults,
    work,
    figures,
    seconds: Math.round((performance.now() - startedAt) / 100) / 10,
    replay: `npm run chaos -- ${scenario.name} --seed ${seed} --rounds ${rounds}${mutant === undefined ? '' : ` --mutant ${mutant}`}`,
  };
}

async function errorOf(scenario: Scenario, trial: Trial): Promise<string | undefined> {
  try {
    await scenario.run(trial);
    return undefined;
  } catch (error) {
    return errorMessage(error);
  }
}

function happened(counts: Readonly<Record<string, number>>): boolean {
  return Object.values(counts).some((times) => times > 0);
}
