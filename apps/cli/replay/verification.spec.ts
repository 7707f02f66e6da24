/** A small live system in memory (hosts' folds, FEEDBACK, learner), verified against its logs: whole, and with one thing altered. */
import { loadSettings } from '#config';
import { LogFold } from '#evaluation';
import { decodeFrame, encodeFeedbackBatch, encodeFrame, type FeedbackRecord, type LogEvent } from '#events';
import { foldSettingsOf, SettingsHistory } from '#interest';
import { asEpoch, asEventId, asItemId, asPartition, asUserId, partitionOf, SeededRandom } from '#kernel';
import { modelSettingsOf, OnlineModel, type ModelHash } from '#learning';
import { memoryTopology, type LogTopology } from '#log';
import type { HostHash } from '../hosts-client.js';
import { Progress } from '../terminal/progress.js';
import { verifyLog, verifyModel, type Check } from './verification.js';

const PARTITIONS = 2;
const START = 1_700_000_000_000;
const settings = loadSettings({ REKAPPA_INTEREST_ATTRIBUTION_SECONDS: '60', REKAPPA_MODEL_BITS: '12' });
const fold = foldSettingsOf(settings);
const model = modelSettingsOf(settings);
const bar = () => ({
  progress: new Progress({
    label: 'test',
    unit: 'events',
    stream: { write: () => true } as unknown as NodeJS.WriteStream,
  }),
  signal: new AbortController().signal,
});

interface Live {
  topology: LogTopology;
  hosts: HostHash[];
  learner: ModelHash;
}

let live: Live;
beforeAll(async () => {
  live = await run(recorded());
});

describe('verification', () => {
  it('finds the rebuilt model, users and feedback equal to the live ones', async () => {
    const checks = [
      ...(await verifyModel(live.topology.feedback, live.learner, model, bar())),
      ...(await verifyLog(live.topology, live.hosts, fold, bar())),
    ];
    expect(failures(checks)).toEqual([]);
    expect(checks.map((c) => c.what)).toEqual(
      expect.arrayContaining(['model', 'model ftrl', 'users of partition 1', 'feedback of partition 0']),
    );
    expect(checks.find((c) => c.what === 'model')!.detail).toMatch(/[1-9]\d* samples/);
  });

  it('fails when one event in LOG is altered: its user and its feedback differ', async () => {
    const altered = recorded();
    const at = altered.findIndex((event) => event.kind === 'interaction');
    const event = altered[at] as Extract<LogEvent, { kind: 'interaction' }>;
    altered[at] = { ...event, itemId: asItemId(event.itemId === 'item-1' ? 'item-2' : 'item-1') };
    const { log } = await store(altered);
    const partition = partitionOf(event.userId, PARTITIONS);
    const checks = await verifyLog({ ...live.topology, log }, live.hosts, fold, bar());
    expect(failures(checks)).toEqual([
      `users of partition ${partition}`,
      `feedback of partition ${partition}`,
    ]);
    expect(checks.find((c) => c.what === `feedback of partition ${partition}`)!.detail).toMatch(
      /record \d+ differs/,
    );
  });

  it('fails when one record in FEEDBACK is altered: the model and the feedback differ', async () => {
    let outcomes = 0;
    const { topology } = await run(recorded(), (record) =>
      record.kind === 'outcome' && ++outcomes === 30 ? { ...record, label: record.label ? 0 : 1 } : record,
    );
    expect(failures(await verifyModel(topology.feedback, live.learner, model, bar()))).not.toEqual([]);
    expect(
      failures(await verifyLog({ ...live.topology, feedback: topology.feedback }, live.hosts, fold, bar())),
    ).toHaveLength(1);
  });

  it('fails when no host answers for a partition', async () => {
    const some = live.hosts.map((host) => ({
      ...host,
      partitions: host.partitions.filter((p) => p.partition !== 1),
    }));
    expect(failures(await verifyLog(live.topology, some, fold, bar()))).toEqual(['users of partition 1']);
  });
});

function failures(checks: readonly Check[]): string[] {
  return checks.filter((check) => !check.ok).map((check) => check.what);
}

/** Items, impressions and clicks of a few users, and at the end the ticks that close what is pending. */
function recorded(): LogEvent[] {
  const random = new SeededRandom(11);
  const events: LogEvent[] = Array.from({ length: 6 }, (_, i) => ({
    kind: 'upsert',
    eventId: asEventId(`up-${i}`),
    itemId: asItemId(`item-${i}`),
    timestamp: START,
    version: 1,
    mode: 'replace',
    fields: { title: `Item ${i}`, categories: [i % 2 ? 'odd' : 'even'], tags: [`tag-${i % 3}`] },
  }));
  for (let i = 0; i < 120; i++) {
    const user = { userId: asUserId(`user-${random.below(9)}`), version: 1 as const };
    const timestamp = START + i * 1_000;
    const listed = [0, 1, 2].map((k) => asItemId(`item-${(i + k) % 6}`));
    events.push({
      kind: 'impression',
      eventId: asEventId(`list-${i}`),
      ...user,
      timestamp,
      recommendationId: asEventId(`list-${i}`),
      items: listed.map((itemId) => ({ itemId })),
    });
    if (random.next() < 0.6)
      events.push({
        kind: 'interaction',
        eventId: asEventId(`click-${i}`),
        ...user,
        timestamp: timestamp + 500,
        type: 'click',
        itemId: random.pick(listed),
        recommendationId: asEventId(`list-${i}`),
      });
  }
  for (let p = 0; p < PARTITIONS; p++)
    events.push({
      kind: 'tick',
      eventId: asEventId(`tick-${p}`),
      timestamp: START + 600_000,
      version: 1,
      epoch: 1,
    });
  return events;
}

/** LOG as a publisher leaves it: one event a frame. */
async function store(events: readonly LogEvent[]): Promise<LogTopology> {
  const topology = memoryTopology(PARTITIONS);
  let ticks = 0;
  for (const event of events) {
    const subject =
      'userId' in event
        ? topology.subjects.user(partitionOf(event.userId, PARTITIONS))
        : event.kind === 'tick'
          ? topology.subjects.user(ticks++)
          : topology.subjects.item;
    await topology.log.append(subject, encodeFrame([event]));
  }
  return topology;
}

/** What hosts and learner make of it. @param tamper what FEEDBACK gets instead of a record */
async function run(
  events: readonly LogEvent[],
  tamper: (record: FeedbackRecord) => FeedbackRecord = (record) => record,
): Promise<Live> {
  const topology = await store(events);
  const head = await topology.log.head();
  let emitted: { partition: number; record: FeedbackRecord }[] = [];
  const folds = new LogFold(PARTITIONS, new SettingsHistory(fold), (partition, record) =>
    emitted.push({ partition, record: structuredClone(record) }),
  );
  const learner = new OnlineModel(model);
  for await (const batch of topology.log.read({ from: 1, until: head })) {
    for (const message of batch) {
      expect(decodeFrame(message.payload).every((entry) => 'event' in entry)).toBe(true);
      folds.fold(message);
      for (const { partition, record } of emitted) {
        const payload = encodeFeedbackBatch({
          partition: asPartition(partition),
          epoch: asEpoch(1),
          through: record.cause,
          records: [tamper(record)],
        });
        learner.fold(await topology.feedback.append(topology.subjects.feedback(partition), payload), payload);
      }
      emitted = [];
    }
  }
  const partitions = folds.partitions.map((p, partition) => ({ partition, sequence: head, ...p.hash() }));
  return { topology, hosts: [{ hostId: 'host', partitions }], learner: learner.hash() };
}
