/**
 * `npm run chaos`: lists the scenarios. `npm run chaos -- <name> | all [--seed N] [--seeds N] [--rounds N] [--json]
 * [--mutant [name]]` runs them: one JSON line a run with --json, else a few lines for people. Exit code 0: every promise held;
 * with --mutant: every run with a mechanism switched off failed, as it must.
 */
import { parseArgs } from 'node:util';
import { errorMessage } from '#kernel';
import { runScenario, type RunRecord } from './run-scenario.js';
import type { Scenario } from './scenario.js';
import { SCENARIOS } from '../scenarios/index.js';

const SEED_MAX = 2 ** 31;

const { values, positionals } = parsed();

const [name] = positionals;
if (name === undefined || values.help) list();
else process.exit((await runAll(chosen(name))) ? 0 : 1);

function parsed() {
  try {
    return parseArgs({
      args: mutantWithoutName(process.argv.slice(2)),
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        seed: { type: 'string' },
        seeds: { type: 'string', default: '1' },
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
  process.stdout.write(
    'npm run chaos -- <name> | all [--seed N] [--seeds N] [--rounds N] [--json] [--mutant [name]]\n\n',
  );
  for (const { name, promise, about, mutants } of SCENARIOS) {
    process.stdout.write(`  ${name.padEnd(12)} ${String(promise).padStart(2)}  ${about}\n`);
    for (const [mutant, what] of Object.entries(mutants))
      process.stdout.write(`${' '.repeat(19)}mutant ${mutant}: ${what}\n`);
  }
}

function chosen(name: string): readonly Scenario[] {
  const found = name === 'all' ? SCENARIOS : SCENARIOS.filter((scenario) => scenario.name === name);
  if (found.length > 0) return found;
  process.stderr.write(
    `there is no scenario ${name}; there are: ${SCENARIOS.map((s) => s.name).join(', ')}\n`,
  );
  return process.exit(2);
}

/** @returns whether all went as it must */
async function runAll(scenarios: readonly Scenario[]): Promise<boolean> {
  const first = values.seed === undefined ? Math.floor(Math.random() * SEED_MAX) : Number(values.seed);
  let good = true;
  for (const scenario of scenarios) {
    const lacking = await scenario.needs?.();
    if (lacking !== undefined) {
      process.stderr.write(`${scenario.name} is skipped: ${lacking}\n`);
      continue;
    }
    for (const mutant of mutantsOf(scenario))
      for (let i = 0; i < Number(values.seeds); i++) {
        const rounds = Number(
          values.rounds ?? (mutant === undefined ? scenario.rounds.long : scenario.rounds.short),
        );
        const run = await runScenario(scenario, { seed: first + i, rounds, mutant });
        process.stdout.write(values.json ? `${JSON.stringify(run)}\n` : told(run));
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
