/** Promises of settings in LOG: whoever starts with others writes them down, once; who cannot goes by what stands there. */
import { decodeItemFrame } from '#events';
import { loadSettings } from '#config';
import { foldSettingsOf, SettingsHistory, type FoldSettings } from '#interest';
import { AppError, ManualClock, until } from '#kernel';
import { DeadLetters, memoryTopology, type LogTopology } from '#log';
import { createLogger } from '#observability';
import { CatalogueReplica } from './catalogue-replica.js';
import { DeadLetterQueue } from './dead-letter-queue.js';
import { recordSettings } from './settings-recorder.js';

const logger = createLogger('actors', 'silent');
const lasting = (attributionSeconds: number): FoldSettings => ({
  ...foldSettingsOf(loadSettings({})),
  attributionSeconds,
});

/** A host that has read `log.item`. */
async function host(topology: LogTopology, configured: FoldSettings): Promise<CatalogueReplica> {
  const dead = new DeadLetterQueue(
    new DeadLetters(topology),
    'actors',
    () => undefined,
    () => undefined,
  );
  const catalogue = new CatalogueReplica(topology, dead, new SettingsHistory(configured));
  await catalogue.bootstrap(0, () => undefined);
  return catalogue;
}

async function start(topology: LogTopology, configured: FoldSettings): Promise<number> {
  const { settings } = await host(topology, configured);
  return recordSettings(settings, { topology, clock: new ManualClock(1_700_000_000_000), logger });
}

describe('recordSettings', () => {
  it('writes what a host starts with, unless it stands there as the last word', async () => {
    const topology = memoryTopology(2);
    const sequences: number[] = [];
    for (const seconds of [1, 1, 2, 2, 1]) sequences.push(await start(topology, lasting(seconds)));
    expect(sequences).toEqual([1, 0, 2, 0, 3]);
    const { settings } = await host(topology, lasting(7));
    expect([1, 2, 3].map((sequence) => settings.at(sequence).attributionMs)).toEqual([1_000, 2_000, 1_000]);
  });

  it('writes one entry for hosts that start at the same time', async () => {
    const topology = memoryTopology(2);
    const hosts = await Promise.all([1, 2, 3].map(() => host(topology, lasting(5))));
    const ports = { topology, clock: new ManualClock(1_700_000_000_000), logger };
    const written = await Promise.all(hosts.map(({ settings }) => recordSettings(settings, ports)));
    expect(written).toEqual([1, 1, 1]);
    expect(await topology.log.head()).toBe(1);
  });

  it('leaves a host that may not write with the settings that stand in the log', async () => {
    const topology = memoryTopology(2);
    await start(topology, lasting(1));
    const { settings } = await host(topology, lasting(2));
    const refusing = Object.create(topology.log, {
      append: { value: () => Promise.reject(new AppError('REK_LOG_UNAVAILABLE')) },
    }) as LogTopology['log'];
    const clock = new ManualClock(1_700_000_000_000);
    const written = await recordSettings(settings, {
      topology: { ...topology, log: refusing },
      clock,
      logger,
    });
    expect(written).toBe(0);
    expect(settings.at(1e9).attributionMs).toBe(1_000);
  });
});

describe('CatalogueReplica', () => {
  it('puts settings that nobody can have into the dead stream, and goes by those before', async () => {
    const topology = memoryTopology(2);
    await start(topology, lasting(1));
    const [last] = decodeItemFrame((await topology.log.last('log.item'))!);
    const event = (last as { event: { settings: object } }).event;
    const wrong = { ...event, eventId: 'wrong', settings: { ...event.settings, attributionSeconds: -3 } };
    await topology.log.append('log.item', Buffer.from(JSON.stringify(wrong)));
    const { settings } = await host(topology, lasting(9));
    expect(settings.at(5).attributionMs).toBe(1_000);
    await until('the letter is stored', async () => (await topology.dead.head()) === 1, 5_000);
  });
});
