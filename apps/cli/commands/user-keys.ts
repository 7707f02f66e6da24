/**
 * `rekappa keys`: whether Postgres has the keys of everything that is sealed in LOG, what becomes of those it has lost, and how they are
 * wrapped by another master key.
 */
import type { Command } from 'commander';
import { decodeFrame } from '#events';
import type { EventLog, LogTopology } from '#log';
import { MasterKeys, rewrapKeys, type KeyStatus, type KeyStore } from '#privacy';
import { openStore } from '#store';
import { dataOption } from '../connection.js';
import { audit } from '../operator.js';
import { withSession } from '../session.js';
import { CliError, UsageError } from '../terminal/exit.js';
import { interruptible } from '../terminal/interrupt.js';
import { printJson, printLine } from '../terminal/print.js';
import { Progress } from '../terminal/progress.js';

/** Keys looked up together. */
const BATCH_KEYS = 1_000;

interface KeysOptions {
  readonly data: string;
  readonly giveUpLost: boolean;
  readonly rewrap: boolean;
  readonly json: boolean;
}

type Counts = Record<KeyStatus | 'missing', number>;

export function registerUserKeys(program: Command): void {
  program
    .command('keys')
    .description(
      'Users’ keys: walks LOG and counts them by what Postgres has of each. Exit code 1 when some are missing.',
    )
    .option('--give-up-lost', 'treat users whose keys are missing as erased, for good', false)
    .option('--rewrap', 'wrap all keys by the first of the master keys in the settings', false)
    .option('--json', 'print as JSON', false)
    .addOption(dataOption())
    .addHelpText(
      'after',
      '\nExample:\n  rekappa keys\n  rekappa keys --give-up-lost\n  rekappa keys --rewrap',
    )
    .action((options: KeysOptions) =>
      interruptible((signal) => (options.rewrap ? rewrap : keys)(options, signal)),
    );
}

async function keys(options: KeysOptions, signal: AbortSignal): Promise<void> {
  await withSession(options.data, async ({ topology, settings }) => {
    const store = await openStore(settings.databaseUrl, { namespace: settings.namespace });
    try {
      const { counts, missing } = await count(topology, store.keys, signal);
      if (options.giveUpLost && missing.length > 0) {
        await audit(topology, 'keys.give-up', `${missing.length} keys`);
        for (let at = 0; at < missing.length; at += BATCH_KEYS)
          await store.keys.declareLost(missing.slice(at, at + BATCH_KEYS));
      }
      if (options.json) printJson({ ...counts, gaveUp: options.giveUpLost ? missing.length : 0 });
      else
        for (const [status, keys] of Object.entries(counts))
          printLine(`${status.padEnd(8)} ${keys.toLocaleString('en')}`);
      if (missing.length > 0 && !options.giveUpLost)
        throw new CliError(
          `Postgres lacks ${missing.length} keys that LOG is sealed with: restore a newer backup, or give them up with --give-up-lost`,
        );
    } finally {
      await store.close();
    }
  });
}

async function rewrap({ data, giveUpLost, json }: KeysOptions, signal: AbortSignal): Promise<void> {
  if (giveUpLost) throw new UsageError('--rewrap and --give-up-lost are two commands: give one of them');
  await withSession(data, async ({ topology, settings: { databaseUrl, namespace, privacy } }) => {
    if (privacy.masterKey === '')
      throw new CliError('there is no master key: set REKAPPA_PRIVACY_MASTER_KEY');
    const store = await openStore(databaseUrl, { namespace });
    const progress = new Progress({ label: 'keys', unit: 'keys' });
    try {
      await audit(topology, 'keys.rewrap', namespace);
      const master = MasterKeys.parse(privacy.masterKey, namespace);
      const done = await rewrapKeys(store.keys, master, (keys) => progress.update(keys), signal).catch(
        (error: unknown) => {
          if (!signal.aborted) throw error;
          throw new CliError('interrupted: keys wrapped anew stay so, run it again for the others');
        },
      );
      progress.stop(done.rewrapped + done.current);
      if (json) printJson(done);
      else
        printLine(
          `${done.rewrapped.toLocaleString('en')} wrapped anew, ${done.current.toLocaleString('en')} were so already. ` +
            'Master keys behind the first can leave the settings of all processes now.',
        );
    } finally {
      await store.close();
    }
  });
}

async function count(
  { log }: LogTopology,
  store: KeyStore,
  signal: AbortSignal,
): Promise<{ counts: Counts; missing: string[] }> {
  const counts: Counts = { active: 0, former: 0, erasing: 0, erased: 0, lost: 0, missing: 0 };
  const missing: string[] = [];
  const all = [...(await sealedBy(log, signal))];
  for (let at = 0; at < all.length; at += BATCH_KEYS) {
    const some = all.slice(at, at + BATCH_KEYS);
    const stored = await store.read(some);
    for (const key of some) {
      const status = stored.get(key)?.status;
      counts[status ?? 'missing']++;
      if (!status) missing.push(key);
    }
  }
  return { counts, missing };
}

/** The names of all keys that LOG is sealed with, remembered at about 100 bytes each. */
async function sealedBy(log: EventLog, signal: AbortSignal): Promise<Set<string>> {
  const found = new Set<string>();
  const until = await log.head();
  if (until === 0) return found;
  const progress = new Progress({ label: log.name, total: until, unit: 'messages' });
  let sequence = 0;
  for await (const batch of log.read({ from: 1, until, subject: 'log.user.*', signal })) {
    for (const { payload } of batch)
      for (const entry of decodeFrame(payload))
        if ('event' in entry && entry.event.kind === 'sealed') found.add(entry.event.key);
    sequence = batch.at(-1)!.sequence;
    progress.update(sequence);
  }
  progress.stop(sequence);
  if (signal.aborted) throw new CliError('interrupted before the log was read');
  return found;
}
