/**
 * A seed platform's day, replayed: from JetStream through actor hosts to feedback samples, by hosts that know nothing yet.
 *
 *     npm run bench -- seed-day [--scale 0.1] [--hosts 2] [--frame 100] [--arrival visits|scattered] [--json]
 *
 * At --scale 1: 7.5 million events of about 500 bytes, 150,000 users, 100,000 items (bench/seed-day/day.ts). --frame 1 stores each
 * event as a message of its own; --arrival scattered makes nobody's events follow each other. The limit beside the figure is the
 * NATS client's own ordered consumer reading the same stream in the same run, looking at nothing. Everything runs on this machine: NATS, Postgres, the hosts. Progress goes to stderr. The whole
 * day is gigabytes of log and of feedback under the temporary folder, and takes as long as it takes.
 */
import { parseArgs } from 'node:util';
import { jetstream } from '@nats-io/jetstream';
import { until } from '#kernel';
import type { LogTopology, NatsConnection } from '#log';
import { startSystem } from '#testkit';
import { Progress } from '../apps/cli/terminal/progress.js';
import { printReport } from './report/bench-report.js';
import { openDayLog, PARTITIONS, storeEvents, storeItems, type DayLog } from './seed-day/day-log.js';
import { ARRIVALS, dayOf, type Arrival } from './seed-day/day.js';
import { megabytesOf } from './system/memory.js';
import { hostStatus } from './system/status.js';

/** Most that the bare consumer asks for ahead. The server cuts a client off for which more than 64 MB wait. */
const BARE_BATCH = 1_000;
const BARE_BYTES = 32 * 2 ** 20;
/** The replay is given up when it is slower than this, ms an event, and half an hour. */
const REPLAY_MS_EACH = 2;
const REPLAY_MS_MIN = 30 * 60_000;
const LOOK_MS = 100;
/** Longest wait for the hosts' answers: not all of them answer while they start, ms. */
const STATUS_MS = 2_000;

const { values } = parseArgs({
  options: {
    scale: { type: 'string', default: '0.1' },
    hosts: { type: 'string', default: '2' },
    frame: { type: 'string', default: '100' },
    arrival: { type: 'string', default: 'visits' },
    json: { type: 'boolean', default: false },
  },
});
const day = dayOf(Number(values.scale));
const hosts = Number(values.hosts);
const frameEvents = Number(values.frame);
const arrival = ARRIVALS.find((name) => name === values.arrival);
if (!arrival) throw new Error(`--arrival is one of ${ARRIVALS.join(', ')}`);
const replayMs = Math.max(REPLAY_MS_MIN, day.events * REPLAY_MS_EACH);

const system = await startSystem({
  gateways: 0,
  hosts: 0,
  learner: false,
  readyMs: replayMs,
  environment: { REKAPPA_LOG_PARTITIONS: String(PARTITIONS) },
});
try {
  const log = await openDayLog(system.servers.natsUrl);
  const { connection, topology } = log;
  const bytes = await store(log, arrival);
  const ahead = Math.max(
    1,
    Math.min(BARE_BATCH, Math.floor(BARE_BYTES / (bytes / (await topology.log.head())))),
  );
  await readBare(connection, topology, ahead); // warms the server's and the system's caches for both
  const bareSeconds = await secondsOf(() => readBare(connection, topology, ahead));
  const replay = await replayed(connection, topology);
  printReport(
    'seed-day',
    [
      {
        name: 'log to samples',
        value: replay.eventsPerSecond,
        unit: 'events/s',
        limit: { name: 'bare ordered consumer', value: day.events / bareSeconds },
      },
      {
        name: "seconds, with the hosts' start",
        value: replay.seconds,
        unit: 's',
        limit: { name: 'aim at this scale', value: 60 * (day.events / dayOf(1).events) },
      },
      { name: 'memory of all hosts', value: replay.megabytes, unit: 'MB' },
      { name: 'feedback messages', value: await topology.feedback.head(), unit: '' },
    ],
    {
      ...day,
      arrival,
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

interface Replay {
  /** From the hosts' start to the last event. */
  readonly seconds: number;
  /** Once they fold: what is left of the day at the first look that finds them at work, over the time it takes. */
  readonly eventsPerSecond: number;
  readonly megabytes: number;
}

/** Starts the hosts and waits until every partition stands at the log's head. */
async function replayed(connection: NatsConnection, topology: LogTopology): Promise<Replay> {
  const head = await topology.log.head();
  const began = performance.now();
  const starting = Promise.all(Array.from({ length: hosts }, () => system.start('actors')));
  const progress = new Progress({ label: 'replaying', total: day.events, unit: 'events' });
  const reached = new Map<number, number>();
  let first: { events: number; at: number } | undefined;
  await until(
    'every partition has folded the day',
    async () => {
      await look(connection, reached);
      const positions = [...reached.values()];
      const share =
        positions.reduce((sum, position) => sum + Math.min(position, head), 0) / (PARTITIONS * head);
      const events = Math.round(day.events * share);
      if (events > 0) first ??= { events, at: performance.now() };
      progress.update(events);
      return positions.filter((position) => position >= head).length >= PARTITIONS;
    },
    replayMs,
    LOOK_MS,
  );
  progress.stop(day.events);
  const ended = performance.now();
  const started = await starting;
  return {
    seconds: (ended - began) / 1_000,
    eventsPerSecond: ((day.events - first!.events) / (ended - first!.at)) * 1_000,
    megabytes: megabytesOf(started.map(({ child }) => child.pid)),
  };
}

/** Log sequences folded, by partition: a host that folds may not answer in time, and what it said before stays. */
async function look(connection: NatsConnection, reached: Map<number, number>): Promise<void> {
  for (const { partitions } of await hostStatus(connection, hosts, STATUS_MS))
    for (const { partition, position } of partitions) reached.set(partition, position);
}

/** @returns the bytes of all user frames */
async function store(log: DayLog, arrival: Arrival): Promise<number> {
  const end = Date.now();
  await storeItems(log, day, end, frameEvents);
  const progress = new Progress({ label: 'storing', total: day.events, unit: 'events' });
  let stored = 0;
  const bytes = await storeEvents(log, day, end, frameEvents, arrival, () => progress.update(++stored));
  progress.stop(stored);
  return bytes;
}

async function readBare(connection: NatsConnection, topology: LogTopology, ahead: number): Promise<void> {
  const head = await topology.log.head();
  const consumer = await jetstream(connection).consumers.get(topology.log.name, { opt_start_seq: 1 });
  const messages = await consumer.consume({ max_messages: ahead });
  for await (const message of messages) if (message.seq >= head) break;
}

async function secondsOf(operation: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await operation();
  return (performance.now() - started) / 1_000;
}
