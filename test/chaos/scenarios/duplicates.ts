/**
 * 2. The same events again: within the log's own window (which may catch them), past that window (shortened to a second for
 * the test, as 3 minutes are past the 2 of production) in other company, and when their users have lived a day longer by event
 * time, through the gateway and straight into the log. What users, samples and weights hash to must not change.
 */
import type { LogEvent } from '#events';
import { loadSettings } from '#config';
import { partitionOf, sleep } from '#kernel';
import { appendEvents, connectNats, managerOf, openTopology, qualifiedName, type LogTopology } from '#log';
import { withSystem, type ChaosSystem } from '../harness/chaos-system.js';
import type { Scenario, Trial } from '../harness/scenario.js';

const NANOS = 1_000_000;
const PRODUCTION_WINDOW_MS = 120_000;
const WINDOW_MS = 1_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const LISTS = 60;
const USERS = 20;
const ITEMS = 30;

export const duplicates: Scenario = {
  name: 'duplicates',
  promise: 2,
  about:
    'the same event again, after a second, past the window of NATS or a day of event time, changes nothing',
  rounds: { short: 1, long: 10 },
  mutants: {
    'no-dedupe': 'an event counts whenever it comes',
    'short-horizon': 'event ids are remembered for an hour of event time',
  },
  run: (trial) =>
    withSystem(trial, { hosts: 1 }, async (system) => {
      const settings = loadSettings(system.system.environment);
      const nats = await connectNats(settings);
      try {
        const topology = await openTopology(nats, settings);
        const setWindow = async (ms: number): Promise<void> => {
          const log = qualifiedName(settings.namespace, 'REKAPPA_LOG');
          await (await managerOf(nats)).streams.update(log, { duplicate_window: ms * NANOS });
        };
        await system.post(
          '/v1/items',
          Array.from({ length: ITEMS }, (_, i) => ({ id: `item-${i}` })),
        );
        for (let round = 0; round < trial.rounds; round++)
          await oneRound(system, trial, { topology, setWindow, round });
      } finally {
        await nats.close();
      }
    }),
};

interface Round {
  readonly topology: LogTopology;
  readonly setWindow: (ms: number) => Promise<void>;
  readonly round: number;
}

async function oneRound(
  system: ChaosSystem,
  trial: Trial,
  { topology, setWindow, round }: Round,
): Promise<void> {
  const hour = round * HOUR_MS;
  const yesterday = lists(trial, `${round}-first`, Date.now() - DAY_MS - 30 * HOUR_MS + hour);
  const today = lists(trial, `${round}-later`, Date.now() - 20 * HOUR_MS + hour);
  const send = (events: readonly LogEvent[]) => system.post('/v1/events', events);
  const compare = new Comparison(system, trial, topology);

  await setWindow(PRODUCTION_WINDOW_MS);
  await compare.first(() => send(yesterday), yesterday);
  await compare.again('within the window', () => send(yesterday));
  await setWindow(WINDOW_MS);
  await sleep(2 * WINDOW_MS);
  await compare.again('past the window', () => send(shuffled(yesterday, trial)));
  await compare.first(() => send(today), today);
  await compare.again('a day later', async () => {
    await send(yesterday);
    await publish(topology, yesterday);
  });
}

/** Lists of three with a click each, whose events one user may have several of. */
function lists({ random }: Trial, name: string, from: number): LogEvent[] {
  return Array.from({ length: LISTS }, (_, i): LogEvent[] => {
    const userId = `user-${random.below(USERS)}`;
    const timestamp = from + i * 500;
    const first = random.below(ITEMS);
    const items = [0, 1, 2].map((n) => ({ itemId: `item-${(first + n) % ITEMS}` }));
    const of = (id: string) => ({ eventId: `${name}-${i}-${id}`, userId, version: 1 as const });
    return [
      { kind: 'impression', ...of('list'), timestamp, items },
      {
        kind: 'interaction',
        ...of('click'),
        timestamp: timestamp + 1,
        type: 'click',
        itemId: items[1]!.itemId,
      },
    ];
  }).flat();
}

function shuffled<T>(values: readonly T[], { random }: Trial): T[] {
  const left = [...values];
  return values.map(() => left.splice(random.below(left.length), 1)[0]!);
}

/** Hashes before and after, and proof that the duplicates stand in the log, where they should. */
class Comparison {
  private before = new Map<string, string>();

  constructor(
    private readonly system: ChaosSystem,
    private readonly trial: Trial,
    private readonly topology: LogTopology,
  ) {}

  async first(send: () => Promise<void>, events: readonly LogEvent[]): Promise<void> {
    await send();
    this.trial.findings.did('events', events.length);
    this.before = await this.system.hashes();
  }

  async again(when: string, send: () => Promise<void>): Promise<void> {
    const { findings } = this.trial;
    const { log } = this.topology;
    const head = await log.head();
    await send();
    const stored = (await log.head()) - head;
    findings.fault(`sent again ${when}`);
    findings.figure(`frames in the log of those sent again ${when}`, stored);
    if (when !== 'within the window')
      findings.enough(stored > 0, `sent again ${when}: nothing reached the log`);
    const after = await this.system.hashes();
    const different = [...this.before].filter(([what, hash]) => after.get(what) !== hash);
    findings.must(
      different.length === 0,
      `sent again ${when}: ${different.map(([what]) => what).join(', ')} changed`,
    );
    this.before = after;
  }
}

async function publish(topology: LogTopology, events: readonly LogEvent[]): Promise<void> {
  for (const event of events) {
    if (!('userId' in event)) continue;
    const subject = topology.subjects.user(partitionOf(event.userId, topology.partitions));
    await appendEvents(topology.log, subject, [event]);
  }
}
