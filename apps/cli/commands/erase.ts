/** `rekappa erase`: has the gateway erase users, and says what that took from the log and what it could not (docs/privacy.md). */
import type { Command } from 'commander';
import { dataOption, gatewayUrl } from '../connection.js';
import { GatewayClient, type Erasure } from '../gateway-client.js';
import { confirmed } from '../terminal/confirm.js';
import { CliError, UsageError } from '../terminal/exit.js';
import { interruptible } from '../terminal/interrupt.js';
import { printJson, printLine } from '../terminal/print.js';

/** More are asked about by their number. */
const NAMES_SHOWN = 5;

interface EraseOptions {
  readonly data: string;
  readonly url?: string;
  readonly yes: boolean;
  readonly json: boolean;
}

type ErasedUser = Erasure & { readonly user: string };

export function registerErase(program: Command): void {
  program
    .command('erase')
    .description(
      'Erase users for good, with the visitors merged into them. Needs a key of the scope admin in REKAPPA_API_KEY where there are keys. Repeating it is harmless.',
    )
    .argument('<user...>', 'their ids')
    .option('--url <gateway>', 'address of the gateway; default: the running `rekappa up`')
    .option('--yes', 'do not ask', false)
    .option('--json', 'print as JSON', false)
    .addOption(dataOption())
    .addHelpText(
      'after',
      '\nExample:\n  rekappa erase ada\n  REKAPPA_API_KEY=… rekappa erase ada bob --yes --json',
    )
    .action((users: string[], options: EraseOptions) =>
      interruptible((signal) => erase([...new Set(users)], options, signal)),
    );
}

async function erase(users: readonly string[], options: EraseOptions, signal: AbortSignal): Promise<void> {
  if (!options.yes && !process.stdin.isTTY)
    throw new UsageError('nobody can be asked here, and what is erased does not come back: say --yes');
  const gateway = new GatewayClient(await gatewayUrl(options.data, options.url), signal);
  await gateway.mustAnswer();
  if (!options.yes && !(await confirmed(question(users), signal))) throw new CliError('nobody was erased');
  const erased = await eraseEach(users, gateway, options.json, signal);
  const underWay = erased.filter(({ done }) => !done).map(({ user }) => user);
  if (underWay.length > 0)
    throw new CliError(
      `the erasure of ${underWay.join(', ')} stands in the log, where it is certain to happen, but is not confirmed yet: run it again`,
    );
}

/** One after the other. What was done is told, whatever becomes of the next. */
async function eraseEach(
  users: readonly string[],
  gateway: GatewayClient,
  json: boolean,
  signal: AbortSignal,
): Promise<ErasedUser[]> {
  const erased: ErasedUser[] = [];
  try {
    for (const user of users) {
      const one = { user, ...(await gateway.erase(user)) };
      erased.push(one);
      if (!json) printLine(describe(one));
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new CliError('interrupted: what was begun goes on; run it again, erasing twice changes nothing');
  } finally {
    if (json) printJson({ erased });
    else if (erased.some((one) => one.users > 0))
      printLine('What stays of them in feedback, models, the audit trail and backups: docs/privacy.md');
  }
  return erased;
}

function question(users: readonly string[]): string {
  const who = users.length > NAMES_SHOWN ? `${users.length} users` : users.join(', ');
  return `Erase ${who} for good?`;
}

export function describe({ user, users, seq, done, sealed }: ErasedUser): string {
  if (users === 0) return `${user}: nothing is known of them`;
  const visitors = users === 1 ? '' : `, with ${users - 1} merged into them`;
  return (
    `${user}: ${done ? 'erased' : 'being erased'}${visitors} (log ${seq.toLocaleString('en')}). State, checkpoint, lists and dead letters go; ` +
    (sealed
      ? 'what the log holds of them cannot be read any more'
      : 'the log KEEPS what stands there in the clear, and this id')
  );
}
