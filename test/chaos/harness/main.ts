/**
 * `npm run chaos` runs all scenarios, each shortly with 20 seeds, and prints one JSON line a run: hours. `npm run chaos -- <name>`
 * runs one at length, `--list` names them. What this machine cannot run is said to be skipped. Exit code 0: something was run and every
 * promise held; with --mutant: every run with a mechanism switched off broke its promise, as it must. 2: a wrong command.
 */
import { parseArgs } from 'node:util';
import { errorMessage } from '#kernel';
import { runScenario, type RunRecord } from './run-scenario.js';
import type { Scenario } from './scenario.js';
import { SCENARIOS } from '../scenarios/index.js';

const SEED_MAX = 2 ** 31;
const SEEDS_OF_ALL = 20;

const USAGE = `npm run chaos [-- <name>] [options]

Runs promises under faults (docs/promises.md): all of them shortly with ${SEEDS_OF_ALL} seeds each, one JSON line a run, or the one named at
length with one seed, told for people.

  --list             the scenarios and their mutants
  --seed N           the first seed; default: a random one
  --seeds N          so many seeds, one after the other
  --rounds N         rounds of faults in a run
  --mutant [name]    with a mechanism switched off (or each in turn), when the promise must break
  --json             one JSON line a run
  -h, --help
`;

const { values, positionals } = parsed();
const seed = wholeNumber('seed', 0);
const seeds = wholeNumber('seeds', 1);
const rounds = wholeNumber('rounds', 1);

const [name] = positionals;
if (values.help) process.stdout.write(USAGE);
else if (values.list) list();
else process.exit((await runAll(withMutant(chosen(name)))) ? 0 : 1);

function parsed() {
  try {
    return parseArgs({
      args: mutantWithoutName(process.argv.slice(2)),
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        list: { type: 'boolean', default: false },
        seed: { type: 'string' },
        seeds: { type: 'string' },
        rounds: { type: 'string' },
        json: { type: 'boolean', default: false },
        mutant: { type: 'string' },
      },
    });
  } catch (error) {
    return wrong(errorMessage(error));
  }
}

/** Anything else would run nothing, and that must not look like a success. */
function wholeNumber(option: 'seed' | 'seeds' | 'rounds', least: number): number | undefined {
  const text = values[option];
  if (text === undefined) return undefined;
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= least) return number;
  return wrong(`--${option} is a whole number from ${least} up, not ${text}`);
}

function wrong(what: string): never {
  process.stderr.write(`${what}\n`);
  return process.exit(2);
}

function list(): void {
  for (const { name, promise, about, mutants } of SCENARIOS) {
    process.stdout.write(`  ${name.padEnd(12)} ${String(promise).padStart(2)}  ${about}\n`);
    for (const [mutant, what] of Object.entries(mutants))
      process.stdout.write(`${' '.repeat(19)}mutant ${mutant}: ${what}\n`);
  }
}

function chosen(name: string | undefined): readonly Scenario[] {
  if (name === undefined) return SCENARIOS;
  const found = SCENARIOS.filter((scenario) => scenario.name === name);
  if (found.length > 0) return found;
  return wrong(`there is no scenario ${name}; there are: ${SCENARIOS.map((s) => s.name).join(', ')}`);
}

/** With --mutant: those of the scenarios that have it. */
function withMutant(scenarios: readonly Scenario[]): readonly Scenario[] {
  const found = scenarios.filter((scenario) => mutantsOf(scenario).length > 0);
  if (found.length > 0) return found;
  const known = new Set(scenarios.flatMap(({ mutants }) => Object.keys(mutants)));
  return wrong(
    `there is no mutant ${values.mutant}${name === undefined ? '' : ` of ${name}`}; there are: ${[...known].join(', ')}`,
  );
}

/** @returns whether something was run, and all of it went as it must */
async function runAll(scenarios: readonly Scenario[]): Promise<boolean> {
  const all = name === undefined;
  const json = all || values.json;
  const first = seed ?? Math.floor(Math.random() * SEED_MAX);
  const count = seeds ?? (all ? SEEDS_OF_ALL : 1);
  const verdicts: boolean[] = [];
  for (const scenario of scenarios) {
    const skipped = await scenario.needs?.();
    if (skipped !== undefined) {
      const { name, promise } = scenario;
      process.stdout.write(
        json ? `${JSON.stringify({ scenario: name, promise, skipped })}\n` : `${name}: skipped, ${skipped}\n`,
      );
      continue;
    }
    const { short, long, mutant: ofMutant = short } = scenario.rounds;
    for (const mutant of mutantsOf(scenario))
      for (let i = 0; i < count; i++) {
        const usual = mutant !== undefined ? ofMutant : all ? short : long;
        const run = await runScenario(scenario, { seed: first + i, rounds: rounds ?? usual, mutant });
        process.stdout.write(json ? `${JSON.stringify(run)}\n` : told(run));
        verdicts.push(run.verdict === (mutant === undefined ? 'held' : 'broken'));
      }
  }
  return verdicts.length > 0 && verdicts.every(Boolean);
}

function mutantsOf(scenario: Scenario): readonly (string | undefined)[] {
  if (values.mutant === undefined) return [undefined];
  const all = Object.keys(scenario.mutants);
  return values.mutant === 'all' ? all : all.filter((mutant) => mutant === values.mutant);
}

function told(run: RunRecord): string {
  const numbers = (record: Readonly<Record<string, number>>): string =>
    Object.entries(record)
      .map(([name, value]) => `${name} ${value.toLocaleString('en')}`)
      .join(', ');
  return [
    `${run.scenario}${run.mutant === undefined ? '' : ` with mutant ${run.mutant}`}: ${verdictOn(run)} in ${run.seconds} s`,
    `  faults   ${numbers(run.faults)}`,
    `  work     ${numbers(run.work)}`,
    `  figures  ${numbers(run.figures)}`,
    ...run.without.map((what) => `  without  ${what}`),
    ...run.broken.slice(0, 10).map((what) => `  broken   ${what}`),
    ...run.lacking.map((what) => `  lacking  ${what}`),
    ...(run.error === undefined ? [] : [`  ended by ${run.error}`]),
    `  again    ${run.replay}\n`,
  ].join('\n');
}

function verdictOn({ verdict, mutant }: RunRecord): string {
  switch (verdict) {
    case 'held':
      return mutant === undefined ? 'held' : 'SURVIVED';
    case 'broken':
      return mutant === undefined ? 'BROKEN' : 'failed, as it must';
    case 'void':
      return 'PROVES NOTHING';
  }
}

/** `--mutant` alone means all of them. */
function mutantWithoutName(args: readonly string[]): string[] {
  return args.flatMap((arg, at) => {
    const bare = arg === '--mutant' && (args[at + 1] === undefined || args[at + 1]!.startsWith('-'));
    return bare ? ['--mutant', 'all'] : [arg];
  });
}
