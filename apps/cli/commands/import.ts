/** `rekappa import`: existing data through the real ingestion path. */
import { isUserEvent, type LogEvent } from '#events';
import { assertMayWriteClear, openUserKeys, sealEvents, type SealedEvents, type UserKeys } from '#privacy';
import { openStore, type Store } from '#store';
import type { Command } from 'commander';
import { connectNats, FramePublisher, openTopology } from '#log';
import { connectedSettings, dataOption, gatewayUrl } from '../connection.js';
import { GatewayClient } from '../gateway-client.js';
import { HttpSink } from '../import/http-sink.js';
import { Pacer } from '../import/pacer.js';
import { PublisherSink } from '../import/publisher-sink.js';
import { runImport } from '../import/run-import.js';
import { ImportTally, type EventSink } from '../import/sink.js';
import { openEvents } from '../sources/events-source.js';
import { openMetarank } from '../sources/metarank-source.js';
import { openMovieLens } from '../sources/movielens-source.js';
import type { EventSource } from '../sources/source.js';
import { positiveNumber } from '../terminal/arguments.js';
import { CliError } from '../terminal/exit.js';
import { interruptible } from '../terminal/interrupt.js';
import { printJson, printLine } from '../terminal/print.js';
import { Progress } from '../terminal/progress.js';

interface ImportOptions {
  data: string;
  url?: string;
  nats: boolean;
  json: boolean;
  unsorted?: boolean;
  top?: number;
  speed?: number;
}

export function registerImport(program: Command): void {
  const group = program
    .command('import')
    .description('Feed existing data through the ingestion path. Importing a file twice changes nothing.');
  for (const name of ['ranklens', 'metarank']) {
    shared(group.command(name))
      .description(
        "A file of Metarank's events: item, user, ranking, interaction; one JSON object a line, .gz or not.",
      )
      .argument('<file>', 'events.jsonl or events.jsonl.gz')
      .addHelpText(
        'after',
        `\nExample:\n  rekappa import ${name} events.jsonl.gz\n  rekappa import ${name} events.jsonl.gz --nats --json`,
      )
      .action((file: string, options: ImportOptions) => importFrom(() => openMetarank(file), options));
  }
  shared(group.command('movielens'))
    .description(
      'A MovieLens folder with movies.dat and ratings.dat in the `::` format, .gz or not. Ratings become interactions, oldest first.',
    )
    .argument('<folder>')
    .option('--unsorted', 'stream ratings in the order of the file, in bounded memory', false)
    .option(
      '--top <rating>',
      'the best rating of the scale; default: 5 or 10, as the ratings show (5 with --unsorted)',
      positiveNumber,
    )
    .addHelpText('after', '\nExample:\n  rekappa import movielens ml-1m')
    .action((folder: string, options: ImportOptions) =>
      importFrom(() => openMovieLens(folder, options.unsorted ?? false, options.top), options),
    );
  shared(group.command('events'))
    .description(
      'A file of our own events: what `rekappa export` wrote, or events as clients send them; one JSON object a line, .gz or not.',
    )
    .argument('<file>', 'log.ndjson or log.ndjson.gz')
    .addHelpText('after', '\nExample:\n  rekappa import events log.ndjson.gz --nats')
    .action((file: string, options: ImportOptions) =>
      importFrom(() => openEvents(file, !options.nats), options),
    );
}

function shared(command: Command): Command {
  return command
    .option('--url <gateway>', 'address of the gateway; default: REKAPPA_URL, else the running `rekappa up`')
    .option('--nats', 'publish straight to the log instead of through the gateway: faster', false)
    .option(
      '--speed <x>',
      'let event time pass at most this many times as fast as real time: a running system then learns in order',
      positiveNumber,
    )
    .option('--json', 'print the summary as JSON', false)
    .addOption(dataOption());
}

function importFrom(open: () => Promise<EventSource>, options: ImportOptions): Promise<void> {
  return interruptible(async (signal) => {
    const source = await open();
    const tally = new ImportTally();
    const { sink, close } = options.nats
      ? await publisherSink(options, tally)
      : await gatewaySink(options, tally);
    const startedAt = performance.now();
    try {
      await runImport(
        source,
        sink,
        tally,
        new Progress({ label: 'import', total: source.bytesTotal, unit: 'events' }),
        signal,
        options.speed === undefined ? undefined : new Pacer(options.speed),
      );
    } finally {
      await close();
    }
    summarise(tally, (performance.now() - startedAt) / 1000, options.json);
    if (signal.aborted)
      throw new CliError('interrupted: run the same import again to complete it, nothing is doubled');
    if (!tally.addsUp)
      throw new CliError('the summary does not add up: some events were neither stored nor refused');
    if (tally.accepted === 0) throw new CliError('nothing was imported');
  });
}

/** Requests under way when the import is interrupted are waited for: the summary adds up nevertheless. */
async function gatewaySink(
  options: ImportOptions,
  tally: ImportTally,
): Promise<{ sink: EventSink; close: () => Promise<void> }> {
  const gateway = new GatewayClient(await gatewayUrl(options.data, options.url));
  await gateway.mustAnswer();
  return { sink: new HttpSink(gateway, tally), close: () => Promise.resolve() };
}

async function publisherSink(
  options: ImportOptions,
  tally: ImportTally,
): Promise<{ sink: EventSink; close: () => Promise<void> }> {
  const settings = await connectedSettings(options.data);
  const connection = await connectNats({ natsUrl: settings.natsUrl, name: 'rekappa-import' });
  let store: Store | undefined;
  try {
    const topology = await openTopology(connection, settings);
    const publisher = new FramePublisher(topology, { packMs: 20 });
    let keys: UserKeys | undefined;
    const openKeys = async (): Promise<void> => {
      if (settings.privacy.masterKey === '') return assertMayWriteClear(settings, topology.log);
      store ??= await openStore(settings.databaseUrl, { namespace: settings.namespace });
      keys = await openUserKeys(settings, store.keys, topology.log);
    };
    const { masterKey, sealUsers } = settings.privacy;
    // Who has the key and writes in the clear says so in Postgres: not before there is anything of a user to write.
    let opened = masterKey === '' || sealUsers === 'on';
    if (opened) await openKeys();
    const seal = async (events: readonly LogEvent[]): Promise<SealedEvents> => {
      if (!opened && events.some(isUserEvent)) {
        await openKeys();
        opened = true;
      }
      if (sealUsers === 'off' || !keys) return { events: [...events], partitions: [] };
      return sealEvents(keys, events, topology.partitions);
    };
    const close = async (): Promise<void> => {
      await publisher.close();
      await connection.drain();
      await store?.close();
    };
    return { sink: new PublisherSink(publisher, tally, seal), close };
  } catch (error) {
    await store?.close(); // an open connection keeps the process
    await connection.close();
    throw error;
  }
}

function summarise(tally: ImportTally, seconds: number, json: boolean): void {
  const { read, accepted, rejected } = tally;
  const rate = Math.round(read / seconds);
  if (json)
    return printJson({
      read,
      accepted,
      rejected,
      rejectedBy: Object.fromEntries(tally.rejectedBy),
      seconds,
      eventsPerSecond: rate,
    });
  printLine(
    `read ${read.toLocaleString('en')} = stored ${accepted.toLocaleString('en')} + refused ${rejected.toLocaleString('en')}   (${seconds.toFixed(1)} s, ${rate.toLocaleString('en')} events/s)`,
  );
  for (const [reason, count] of tally.rejectedBy)
    printLine(`  refused ${count.toLocaleString('en')}: ${reason}`);
}
