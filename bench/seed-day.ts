/**
 * A seed platform's day, replayed: from JetStream through actor hosts to feedback samples, by hosts that know nothing yet.
 *
 *     npm run bench -- seed-day [--scale 0.1] [--hosts 2] [--frame 100] [--json]
 *
 * At --scale 1: 7.5 million events of about 500 bytes, 150,000 users, 100,000 items (bench/seed-day/day.ts). --frame 1 stores each
 * event as a message of its own. The limit beside the figure is the NATS client's own ordered consumer reading the same stream,
 * looking at nothing. Everything runs on this machine: NATS, Postgres, the hosts.
 */
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { jetstream } from '@nats-io/jetstream';
import { until } from '#kernel';
import { connectNats, openTopology, type LogTopology, type NatsConnection } from '#log';
import { startSystem } from '#testkit';
import { printReport } from './report/bench-report.js';
import { catalogueOf, dayOf, eventsOf, partitionOfEvent } from './seed-day/day.js';
import { FrameWriter } from './seed-day/frame-writer.js';

const PARTITIONS = 16;
const BARE_BATCH = 1_000;
const REPLAY_MS = 30 * 60_000;

const { values } = parseArgs({
  options: {
    scale: { type: 'string', default: '0.1' },
    hosts: { type: 'string', default: '2' },
    frame: { type: 'string', default: '100' },
    json: { type: 'boolean', default: false },
  },
});
const day = dayOf(Number(values.scale));
const hosts = Number(values.hosts);
const frameEvents = Number(values.frame);

const system = await startSystem({
  gateways: 0,
  hosts: 0,
  learner: false,
  environment: { REKAPPA_LOG_PARTITIONS: String(PARTITIONS) },
});
try {
  const connection = await connectNats({ natsUrl: system.servers.natsUrl, name: 'bench-seed-day' });
  const topology = await openTopology(connection, {
    namespace: 'default',
    log: { partitions: PARTITIONS, replicas: 1, inFlightMax: 4_096, ackTimeoutMs: 10_000 },
  });
  const bytes = await store(topology);
  await readBare(connection, topology);
  const bareSeconds = await secondsOf(() => readBare(connection, topology));
  const replay = await replayed(connection, topology);
  printReport(
    'seed-day',
    [
      {
        name: 'log to samples',
        value: day.events / replay.seconds,
        unit: 'events/s',
        limit: { name: 'bare ordered consumer', value: day.events / bareSeconds },
      },
      { name: 'seconds', value: replay.seconds, unit: 's', note: `7.5 M events: aim 60 s` },
      { name: 'memory of all hosts', value: replay.megabytes, unit: 'MB' },
      { name: 'feedback messages', value: await topology.feedback.head(), unit: '' },
    ],
    {
      ...day,
      hosts,
      bytesPerEvent: Math.round(bytes / day.events),
      eventsPerFrame: frameEvents,
      nats: connection.info!.version,
    },
  );
  await connection.close();
} finally {
  await system.stop();
}

/** Starts the hosts and waits until every partition stands at the log's head. */
async function replayed(
  connection: NatsConnection,
  topology: LogTopology,
): Promise<{ seconds: number; megabytes: number }> {
  const head = await topology.log.head();
  const began = performance.now();
  const started = await Promise.all(Array.from({ length: hosts }, () => system.start('actors')));
  await until(
    'every partition has folded the day',
    async () =>
      (await positions(connection).catch(() => [])).filter((position) => position >= head).length >=
      PARTITIONS,
    REPLAY_MS,
    100,
  );
  const seconds = (performance.now() - began) / 1_000;
  const megabytes = started.reduce((sum, { child }) => sum + residentBytes(child.pid), 0) / 2 ** 20;
  return { seconds, megabytes };
}

/** Log sequences folded, of every partition that is owned. */
async function positions(connection: NatsConnection): Promise<number[]> {
  const found: number[] = [];
  for await (const message of await connection.requestMany('rpc.hosts.status', '{}', {
    strategy: 'count',
    maxMessages: hosts,
    maxWait: 2_000,
  }))
    found.push(
      ...message.json<{ partitions: { position: number }[] }>().partitions.map(({ position }) => position),
    );
  return found;
}

function residentBytes(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) * 1_024;
}

/** @returns the bytes of all user frames */
async function store(topology: LogTopology): Promise<number> {
  const end = Date.now();
  const { subjects } = topology;
  const items = new FrameWriter(topology, frameEvents);
  for (const event of catalogueOf(day, end)) await items.add(subjects.item, event);
  await items.flush();
  const write = new FrameWriter(topology, frameEvents);
  for (const event of eventsOf(day, end, PARTITIONS))
    await write.add(subjects.user(partitionOfEvent(event, PARTITIONS)), event);
  await write.flush();
  return write.bytes;
}

async function readBare(connection: NatsConnection, topology: LogTopology): Promise<void> {
  const head = await topology.log.head();
  const consumer = await jetstream(connection).consumers.get(topology.log.name, { opt_start_seq: 1 });
  const messages = await consumer.consume({ max_messages: BARE_BATCH });
  for await (const message of messages) if (message.seq >= head) break;
}

async function secondsOf(operation: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await operation();
  return (performance.now() - started) / 1_000;
}
