/**
 * `npm run chaos` runs all scenarios, each shortly with 20 seeds, and prints one JSON line a run: hours. `npm run chaos -- <name>`
 * runs one at length, `--list` names them. Exit code 0: every promise held; with --mutant: every run with a mechanism
 * switched off failed, as it must.
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
  --mutant [name]    with a mechanism switched off (or each in turn), when the scenario must fail
  --json             one JSON line a run
  -h, --help
`;

const { values, positionals } = parsed();

const [name] = positionals;
if (values.help) process.stdout.write(USAGE);
else if (values.list) list();
else process.exit((await runAll(chosen(name))) ? 0 : 1);

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
    process.stderr.write(`${errorMessage(error)}\n`);
    return process.exit(2);
  }
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
  process.stderr.write(
    `there is no scenario ${name}; there are: ${SCENARIOS.map((s) => s.name).join(', ')}\n`,
  );
  return process.exit(2);
}

/** @returns whether all went as it must */
async function runAll(scenarios: readonly Scenario[]): Promise<boolean> {
  const first = values.seed === undefined ? Math.floor(Math.random() * SEED_MAX) : Number(values.seed);
  const all = name === undefined;
  const seeds = Number(values.seeds ?? (all ? SEEDS_OF_ALL : 1));
  let good = true;
  for (const scenario of scenarios) {
    const lacking = await scenario.needs?.();
    if (lacking !== undefined) {
      process.stderr.write(`${scenario.name} is skipped: ${lacking}\n`);
      continue;
    }
    for (const mutant of mutantsOf(scenario))
      for (let i = 0; i < seeds; i++) {
        const usual = all || mutant !== undefined ? scenario.rounds.short : scenario.rounds.long;
        const rounds = Number(values.rounds ?? usual);
        const run = await runScenario(scenario, { seed: first + i, rounds, mutant });
        process.stdout.write(all || values.json ? `${JSON.stringify(run)}\n` : told(run));
        if (run.held !== (mutant === undefined)) good = false;
      }
  }
  return good;
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
  const verdict =
    run.mutant === undefined ? (run.held ? 'held' : 'BROKEN') : run.held ? 'SURVIVED' : 'failed, as it must';
  return [
    `${run.scenario}${run.mutant === undefined ? '' : ` with mutant ${run.mutant}`}: ${verdict} in ${run.seconds} s`,
    `  faults   ${numbers(run.faults)}`,
    `  work     ${numbers(run.work)}`,
    `  figures  ${numbers(run.figures)}`,
    ...run.broken.slice(0, 10).map((what) => `  broken   ${what}`),
    `  again    ${run.replay}\n`,
  ].join('\n');
}

/** `--mutant` alone means all of them. */
function mutantWithoutName(args: readonly string[]): string[] {
  return args.flatMap((arg, at) => {
    const bare = arg === '--mutant' && (args[at + 1] === undefined || args[at + 1]!.startsWith('-'));
    return bare ? ['--mutant', 'all'] : [arg];
  });
}
