/**
 * Replay: events a second read from the log in order, and decoded; packed frames and frames of one.
 *
 *     npm run bench -- replay [--events 300000] [--json]
 *
 * Starts its own nats-server on a free port. The limit beside each figure is the NATS client's own ordered consumer
 * reading the same stream in the same run, looking at nothing.
 */
import { parseArgs } from 'node:util';
import { jetstream } from '@nats-io/jetstream';
import { decodeUserFrame } from '#events';
import { connectNats, FramePublisher, openTopology, type LogTopology, type NatsConnection } from '#log';
import { startServers } from '#testkit';
import { printReport, type Figure } from './report/bench-report.js';
import { sampleEvents } from './report/sample-events.js';

const LOG_SETTINGS = { partitions: 16, replicas: 1, inFlightMax: 1_024, ackTimeoutMs: 10_000 };
const SINGLE_SHARE = 2;
const BARE_BATCH = 1_000;
const FILL_BATCH = 20_000;

const { values } = parseArgs({
  options: { events: { type: 'string', default: '300000' }, json: { type: 'boolean', default: false } },
});
const count = Number(values.events);
const servers = await startServers({ nats: true });
try {
  const connection = await connectNats({ natsUrl: servers.natsUrl, name: 'bench-replay' });
  const figures: Figure[] = [];
  for (const [name, events, frameEventsMax] of [
    ['packed frames', count, 100],
    ['frames of one', count / SINGLE_SHARE, 1],
  ] as const) {
    const topology = await fill(connection, events, frameEventsMax);
    await readBare(connection, topology);
    const bare = events / (await secondsOf(() => readBare(connection, topology)));
    figures.push(
      figure(`${name}: read`, events, await secondsOf(() => read(topology, false)), bare),
      figure(`${name}: read and decode`, events, await secondsOf(() => read(topology, true)), bare),
    );
  }
  printReport('replay', figures, { nats: connection.info!.version, packedEventsPerFrame: 100 });
  await connection.close();
} finally {
  await servers.stop();
}

function figure(name: string, events: number, seconds: number, bare: number): Figure {
  return {
    name,
    value: events / seconds,
    unit: 'events/s',
    limit: { name: 'bare ordered consumer', value: bare },
  };
}

async function fill(
  connection: NatsConnection,
  events: number,
  frameEventsMax: number,
): Promise<LogTopology> {
  const topology = await openTopology(connection, { namespace: `f${frameEventsMax}`, log: LOG_SETTINGS });
  const publisher = new FramePublisher(topology, { frameEventsMax });
  const all = sampleEvents(events, 'replay');
  for (let i = 0; i < all.length; i += FILL_BATCH) {
    const results = await publisher.publishAll(all.slice(i, i + FILL_BATCH));
    const failure = results.find((result) => result instanceof Error);
    if (failure) throw failure;
  }
  return topology;
}

async function read(topology: LogTopology, decode: boolean): Promise<void> {
  let bad = 0;
  const until = await topology.log.head();
  for await (const batch of topology.log.read({ from: 1, until })) {
    if (!decode) continue;
    for (const message of batch) {
      const partition = Number(message.subject.slice('log.user.'.length));
      for (const entry of decodeUserFrame(message, partition, topology.partitions))
        if (!('event' in entry)) bad++;
    }
  }
  if (bad > 0) throw new Error(`${bad} events were refused`);
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
