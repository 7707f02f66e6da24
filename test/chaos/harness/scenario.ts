/**
 * A promise under a fault, as a program: it injects the fault for real, does enough work meanwhile, measures, and
 * judges. `npm run chaos` runs it at length, its test in test/chaos/ shortly; both by way of run-scenario.ts.
 *
 * Each scenario has mutants: modules of test/chaos/mutants/ that the apps load before their own code (`node --import`)
 * and that switch off one mechanism behind the promise. With any of them the scenario must fail, so no seam is needed in
 * the code that is tested.
 */
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { SeededRandom } from '#kernel';
import { Findings } from './findings.js';

export interface Scenario {
  readonly name: string;
  /** Its row in docs/promises.md. */
  readonly promise: number;
  readonly about: string;
  /**
   * Rounds of faults: in `npm test` and with many seeds, with one seed at length, and with a mutant, whose fault must come whatever the
   * seed; default: short.
   */
  readonly rounds: { readonly short: number; readonly long: number; readonly mutant?: number };
  /** Modules of test/chaos/mutants/, and what each switches off. */
  readonly mutants: Readonly<Record<string, string>>;
  /** Why this machine cannot run it; undefined when it can. */
  readonly needs?: () => Promise<string | undefined>;
  run(trial: Trial): Promise<void>;
}

/** One run of a scenario. */
export class Trial {
  readonly random: SeededRandom;
  readonly findings = new Findings();

  constructor(
    readonly seed: number,
    readonly rounds: number,
    readonly mutant?: string,
  ) {
    this.random = new SeededRandom(seed);
  }

  /** Of kinds of faults, the one of this round. Each seed begins with the next kind, so that short runs of many seeds come to all. */
  nth<T>(kinds: readonly T[], round: number): T {
    return kinds[(this.seed + round) % kinds.length]!;
  }

  /** All kinds, in the order of `nth`. */
  turned<T>(kinds: readonly T[]): T[] {
    return kinds.map((_, round) => this.nth(kinds, round));
  }

  /** What makes an app load the mutant of this run, and `more` modules beside it. */
  preload(...more: string[]): Record<string, string> {
    const modules = [...more, ...(this.mutant === undefined ? [] : [this.mutant])];
    return { NODE_OPTIONS: modules.map((name) => `--import=${mutantUrl(name)}`).join(' ') };
  }
}

function mutantUrl(name: string): string {
  return pathToFileURL(join(process.cwd(), 'dist', 'test', 'chaos', 'mutants', `${name}.js`)).href;
}
