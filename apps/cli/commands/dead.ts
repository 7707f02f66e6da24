/** `rekappa dead list|retry|drop`: what readers could not use, and what becomes of it. */
import type { Command } from 'commander';
import { DeadLetters, type StoredDeadLetter } from '#log';
import { dataOption } from '../connection.js';
import { retryDeadLetter, type RetryOutcome } from '../dead/retry.js';
import { audit } from '../operator.js';
import { addSelection, readAll, selectionText, selector, type SelectionOptions } from '../dead/selection.js';
import { withSession } from '../session.js';
import { positiveInteger } from '../terminal/arguments.js';
import { CliError } from '../terminal/exit.js';
import { interruptible } from '../terminal/interrupt.js';
import { printJson, printLine } from '../terminal/print.js';
import { Progress } from '../terminal/progress.js';
import { renderTable } from '../terminal/table.js';

const RAW_CHARS_SHOWN = 60;
const REASONS_SHOWN = 10;

interface CommonOptions {
  readonly json: boolean;
  readonly data: string;
}

export function registerDead(program: Command): void {
  const dead = program.command('dead').description('What readers could not use: kept for seven days.');
  registerList(dead);
  registerRetry(dead);
  registerDrop(dead);
}

function registerList(dead: Command): void {
  dead
    .command('list')
    .description('Count by reason, and the newest entries.')
    .option('--limit <n>', 'newest entries to show', positiveInteger, 20)
    .option('--json', 'print counts and all entries as JSON', false)
    .addOption(dataOption())
    .addHelpText('after', '\nExample:\n  rekappa dead list --limit 5\n  rekappa dead list --json')
    .action(async (options: CommonOptions & { limit: number }) => {
      const letters = await withSession(options.data, ({ topology }) => readAll(new DeadLetters(topology)));
      if (options.json)
        printJson({ total: letters.length, byReason: Object.fromEntries(countByReason(letters)), letters });
      else print(letters, options.limit);
    });
}

function registerRetry(dead: Command): void {
  addSelection(dead.command('retry'))
    .description('Append events to the log again, if they are acceptable now, and drop those that were.')
    .option('--json', 'print as JSON', false)
    .addOption(dataOption())
    .addHelpText(
      'after',
      '\nExample:\n  rekappa dead retry --code REK_UNKNOWN_VERSION\n  rekappa dead retry --all',
    )
    .action((options: CommonOptions & SelectionOptions) =>
      interruptible(async (signal) => {
        const outcomes: RetryOutcome[] = [];
        const ended = await eachSelected(options, 'retry', signal, async (letter, { topology }) => {
          outcomes.push(await retryDeadLetter(letter, topology));
        });
        if (options.json) printJson({ outcomes });
        else printOutcomes(outcomes);
        if (ended) throw ended;
      }),
    );
}

function registerDrop(dead: Command): void {
  addSelection(dead.command('drop'))
    .description('Forget dead letters for good.')
    .option('--json', 'print as JSON', false)
    .addOption(dataOption())
    .addHelpText(
      'after',
      '\nExample:\n  rekappa dead drop --sequence 17\n  rekappa dead drop --code REK_INVALID_JSON',
    )
    .action((options: CommonOptions & SelectionOptions) =>
      interruptible(async (signal) => {
        let dropped = 0;
        const ended = await eachSelected(options, 'drop', signal, async ({ sequence }, { topology }) => {
          if (await new DeadLetters(topology).drop(sequence)) dropped++;
        });
        if (options.json) printJson({ dropped });
        else printLine(`${dropped.toLocaleString('en')} dropped`);
        if (ended) throw ended;
      }),
    );
}

type Session = Parameters<Parameters<typeof withSession>[1]>[0];

/** @returns what ended it early, to be thrown once what was done is told. @throws what kept it from beginning */
async function eachSelected(
  options: CommonOptions & SelectionOptions,
  label: string,
  signal: AbortSignal,
  act: (letter: StoredDeadLetter, session: Session) => Promise<void>,
): Promise<Error | undefined> {
  const selected = selector(options);
  return withSession(options.data, async (session) => {
    const letters = (await readAll(new DeadLetters(session.topology))).filter(selected);
    const progress = new Progress({ label, total: letters.length, unit: 'letters' });
    let done = 0;
    if (letters.length > 0)
      await audit(session.topology, `dead.${label}`, `${letters.length} letters`, selectionText(options));
    try {
      for (const letter of letters) {
        if (signal.aborted)
          return new CliError(`interrupted: ${letters.length - done} of ${letters.length} letters are left`);
        await act(letter, session);
        progress.update(++done);
      }
      return undefined;
    } catch (error) {
      return error as Error;
    } finally {
      if (letters.length > 0) progress.stop(done);
    }
  });
}

/** Most frequent first. */
export function countByReason(letters: readonly StoredDeadLetter[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { where, reason } of letters) {
    const key = `${where}: ${reason.code}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return new Map([...counts].sort((a, b) => b[1] - a[1]));
}

function print(letters: readonly StoredDeadLetter[], limit: number): void {
  if (letters.length === 0) return printLine('nothing is dead');
  printLine(renderTable(['reason', 'count'], [...countByReason(letters)]));
  printLine();
  const rows = letters
    .slice(-limit)
    .map((l) => [
      String(l.sequence),
      new Date(l.at).toISOString(),
      `${l.source.stream} ${l.source.sequence}/${l.source.index}`,
      l.reason.code,
      l.reason.message.slice(0, 80),
      l.raw.slice(0, RAW_CHARS_SHOWN).replaceAll('\n', ' '),
    ]);
  printLine(renderTable(['sequence', 'when', 'entry', 'code', 'reason', 'payload'], rows));
}

function printOutcomes(outcomes: readonly RetryOutcome[]): void {
  const appended = outcomes.filter((outcome) => outcome.appended !== undefined);
  const refused = outcomes.filter((outcome) => outcome.reason !== undefined);
  printLine(
    `${appended.length.toLocaleString('en')} appended to the log, ${refused.length.toLocaleString('en')} still refused`,
  );
  for (const { sequence, reason } of refused.slice(0, REASONS_SHOWN))
    printLine(`  ${sequence}: ${reason!.message} (${reason!.code})`);
}
