/** `rekappa dead list`: what readers could not use, by reason. */
import type { Command } from 'commander';
import { DeadLetters, type StoredDeadLetter } from '#log';
import { dataOption } from '../connection.js';
import { withSession } from '../session.js';
import { printJson, printLine } from '../terminal/print.js';
import { renderTable } from '../terminal/table.js';

const PAGE = 1_000;
const RAW_CHARS_SHOWN = 60;

export function registerDead(program: Command): void {
  program
    .command('dead')
    .description('What readers could not use: kept for seven days.')
    .command('list')
    .description('Count by reason, and the newest entries.')
    .option('--limit <n>', 'newest entries to show', (v) => Number.parseInt(v, 10), 20)
    .option('--json', 'print counts and all entries as JSON', false)
    .addOption(dataOption())
    .addHelpText('after', '\nExample:\n  rekappa dead list --limit 5\n  rekappa dead list --json')
    .action(async (options: { limit: number; json: boolean; data: string }) => {
      const letters = await withSession(options.data, ({ topology }) => readAll(new DeadLetters(topology)));
      if (options.json)
        printJson({ total: letters.length, byReason: Object.fromEntries(countByReason(letters)), letters });
      else print(letters, options.limit);
    });
}

async function readAll(dead: DeadLetters): Promise<StoredDeadLetter[]> {
  const letters: StoredDeadLetter[] = [];
  let after: number | undefined = 0;
  while (after !== undefined) {
    const page = await dead.list({ after, limit: PAGE });
    letters.push(...page.letters);
    after = page.next;
  }
  return letters;
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
      new Date(l.at).toISOString(),
      `${l.source.stream} ${l.source.sequence}/${l.source.index}`,
      l.reason.code,
      l.reason.message.slice(0, 80),
      l.raw.slice(0, RAW_CHARS_SHOWN).replaceAll('\n', ' '),
    ]);
  printLine(renderTable(['when', 'entry', 'code', 'reason', 'payload'], rows));
}
