/** Which dead letters a command means. */
import { Option, type Command } from 'commander';
import type { DeadLetters, StoredDeadLetter } from '#log';
import { UsageError } from '../terminal/exit.js';

const PAGE = 1_000;

export interface SelectionOptions {
  readonly sequence: readonly number[];
  readonly code?: string;
  readonly where?: string;
  readonly all: boolean;
}

export function addSelection(command: Command): Command {
  return command
    .addOption(
      new Option('--sequence <n>', 'this one of `rekappa dead list`; repeatable')
        .argParser((text: string, before: number[]) => [...before, Number(text)])
        .default([], 'none'),
    )
    .option('--code <code>', 'those refused for this reason, such as REK_INVALID_EVENT')
    .option('--where <reader>', 'those of this reader, such as actors')
    .option('--all', 'every one', false);
}

/** @throws UsageError when nothing says which: emptying everything must be asked for */
export function selector(options: SelectionOptions): (letter: StoredDeadLetter) => boolean {
  const { sequence, code, where, all } = options;
  if (!all && sequence.length === 0 && !code && !where)
    throw new UsageError('say which: --sequence <n>, --code <code>, --where <reader> or --all');
  return (letter) =>
    (sequence.length === 0 || sequence.includes(letter.sequence)) &&
    (!code || letter.reason.code === code) &&
    (!where || letter.where === where);
}

/** `--code REK_INVALID_JSON`, as it was asked for. */
export function selectionText({ sequence, code, where, all }: SelectionOptions): string {
  return [
    ...sequence.map((one) => `--sequence ${one}`),
    ...(code ? [`--code ${code}`] : []),
    ...(where ? [`--where ${where}`] : []),
    ...(all ? ['--all'] : []),
  ].join(' ');
}

/** All that are kept, the oldest first. */
export async function readAll(dead: DeadLetters): Promise<StoredDeadLetter[]> {
  const letters: StoredDeadLetter[] = [];
  let after: number | undefined = 0;
  while (after !== undefined) {
    const page = await dead.list({ after, limit: PAGE });
    letters.push(...page.letters);
    after = page.next;
  }
  return letters;
}
