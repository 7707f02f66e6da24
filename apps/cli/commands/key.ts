/** `rekappa key`: makes an API key. The key is printed once; the configuration keeps only its hash. */
import { createHash, randomBytes } from 'node:crypto';
import { Option, type Command } from 'commander';
import { UsageError } from '../terminal/exit.js';
import { printJson, printLine } from '../terminal/print.js';

const KEY_BYTES = 32;

interface KeyOptions {
  readonly name: string;
  readonly scope: ('read' | 'write' | 'admin')[];
  readonly namespace?: string;
  readonly eventsPerSecond?: number;
  readonly expires?: string;
  readonly json: boolean;
}

export function registerKey(program: Command): void {
  program
    .command('key')
    .description('Make an API key for the gateway.')
    .requiredOption('--name <name>', 'who will use it')
    .addOption(
      new Option(
        '--scope <scope...>',
        'what it may do: write (events, items), read (lists), admin (everything)',
      )
        .choices(['read', 'write', 'admin'])
        .makeOptionMandatory(),
    )
    .option('--namespace <name>', 'the only one it opens, where gateways of several share their list of keys')
    .option('--events-per-second <n>', 'limit of its own, at one gateway', Number)
    .option('--expires <time>', 'end of its life, ISO 8601 such as 2030-01-01T00:00:00Z')
    .option('--json', 'print as JSON', false)
    .addHelpText(
      'after',
      '\nExample:\n  rekappa key --name shop --scope read write --events-per-second 5000\n\nTo exchange a key without a gap: add the new entry, let callers change over, remove the old one.',
    )
    .action((options: KeyOptions) => {
      const key = `rk_${randomBytes(KEY_BYTES).toString('base64url')}`;
      const entry = entryOf(key, options);
      if (options.json) return printJson({ key, entry });
      printLine(`key, shown this once:\n  ${key}\n`);
      printLine(`entry for REKAPPA_HTTP_API_KEYS, a JSON list:\n  ${JSON.stringify(entry)}`);
    });
}

function entryOf(key: string, { name, scope, namespace, eventsPerSecond, expires }: KeyOptions): object {
  if (eventsPerSecond !== undefined && !(eventsPerSecond > 0))
    throw new UsageError('--events-per-second: give a number above 0');
  if (expires !== undefined && Number.isNaN(Date.parse(expires)))
    throw new UsageError('--expires: give a time such as 2030-01-01T00:00:00Z');
  return {
    name,
    sha256: createHash('sha256').update(key).digest('hex'),
    scopes: scope,
    ...(namespace !== undefined && { namespace }),
    ...(eventsPerSecond !== undefined && { eventsPerSecond }),
    ...(expires !== undefined && { expiresAt: new Date(expires).toISOString() }),
  };
}
