/**
 * Ingestion: events a second, acknowledged by JetStream; over NATS (frames packed, and of one event) and over HTTP.
 *
 *     npm run bench -- ingestion [--events 300000] [--gateway http://127.0.0.1:8080 | --no-http] [--json]
 *
 * Starts its own nats-server (and gateway) on free ports. The limit beside each figure is a bare publisher in the same
 * run: payloads encoded beforehand, no packing, no checksums, no promises to events.
 */
import { parseArgs } from 'node:util';
import { encodeFrame, type LogEvent } from '#events';
import { connectNats, FramePublisher, openTopology, type LogTopology, type NatsConnection } from '#log';
import { DataKey, sealEvents, type UserKeys } from '#privacy';
import { startServers } from '#testkit';
import { printReport, type Figure } from './report/bench-report.js';
import { sampleEvents } from './report/sample-events.js';
import { measureHttp } from './report/http-ingestion.js';

const LOG_SETTINGS = { partitions: 16, replicas: 1, inFlightMax: 1_024, ackTimeoutMs: 10_000 };
const SINGLE_SHARE = 5;
const PRODUCERS = 16;
const BATCH = 500;

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '300000' },
    gateway: { type: 'string' },
    'no-http': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const count = Number(values.events);
const servers = await startServers({ nats: true });
try {
  const connection = await connectNats({ natsUrl: servers.natsUrl, name: 'bench-ingestion' });
  const figures = await measureNats(connection);
  if (!values['no-http']) {
    const { natsUrl } = servers;
    const withoutHttp = figures[0]!.value;
    figures.push(
      ...(await measureHttp({ natsUrl, gateway: values.gateway, events: count / SINGLE_SHARE, withoutHttp })),
    );
  }
  const bytes = Math.round(encodeFrame(sampleEvents(1, 'size')).byteLength);
  printReport('ingestion', figures, {
    nats: connection.info!.version,
    eventBytes: bytes,
    partitions: LOG_SETTINGS.partitions,
  });
  await connection.close();
} finally {
  await servers.stop();
}

async function measureNats(connection: NatsConnection): Promise<Figure[]> {
  await publishFrames(await open(connection, 'warm'), sampleEvents(count / 4, 'warm'), 1_000);
  const packed = await publishFrames(await open(connection, 'packed'), sampleEvents(count, 'packed'), 1_000);
  const sealed = await publishFrames(
    await open(connection, 'sealed'),
    sampleEvents(count, 'sealed'),
    1_000,
    keysInMemory(),
  );
  const barePacked = await publishBare(
    await open(connection, 'bare'),
    sampleEvents(count, 'bare'),
    packed.eventsPerFrame,
  );
  const single = await publishFrames(
    await open(connection, 'single'),
    sampleEvents(count / SINGLE_SHARE, 'single'),
    1,
  );
  const bareSingle = await publishBare(
    await open(connection, 'baresingle'),
    sampleEvents(count / SINGLE_SHARE, 'bs'),
    1,
  );
  return [
    {
      name: 'NATS, FramePublisher, packed',
      value: packed.rate,
      unit: 'events/s',
      limit: { name: `bare publish of ${packed.eventsPerFrame}-event frames`, value: barePacked },
      note: `ack p50 ${packed.p50.toFixed(1)} ms, p99 ${packed.p99.toFixed(1)} ms a batch of ${BATCH}, ${PRODUCERS} producers`,
    },
    {
      name: 'NATS, FramePublisher, packed, sealed',
      value: sealed.rate,
      unit: 'events/s',
      limit: { name: 'the same in the clear', value: packed.rate },
      note: `AES-256-GCM, a key a user, all in memory; ack p50 ${sealed.p50.toFixed(1)} ms, p99 ${sealed.p99.toFixed(1)} ms a batch`,
    },
    {
      name: 'NATS, FramePublisher, frames of one',
      value: single.rate,
      unit: 'events/s',
      limit: { name: 'bare publish', value: bareSingle },
      note: 'ordered: one frame a partition under way',
    },
  ];
}

async function open(connection: NatsConnection, namespace: string): Promise<LogTopology> {
  return openTopology(connection, { namespace, log: LOG_SETTINGS });
}

type Keys = Pick<UserKeys, 'seal'>;

interface Published {
  rate: number;
  eventsPerFrame: number;
  p50: number;
  p99: number;
}

/** As gateways and imports do it: several producers, each publishing a batch when its last one is acknowledged. */
async function publishFrames(
  topology: LogTopology,
  events: readonly LogEvent[],
  frameEventsMax: number,
  keys?: Keys,
): Promise<Published> {
  const publisher = new FramePublisher(topology, { packMs: 1, frameEventsMax });
  const latencies: number[] = [];
  let next = 0;
  const produce = async (): Promise<void> => {
    while (next < events.length) {
      const batch = events.slice(next, (next += BATCH));
      const at = performance.now();
      const sealed = keys && (await sealEvents(keys, batch, topology.partitions));
      const results = await publisher.publishAll(sealed?.events ?? batch, sealed?.partitions);
      const failure = results.find((result) => result instanceof Error);
      if (failure) throw failure;
      latencies.push(performance.now() - at);
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: PRODUCERS }, produce));
  const seconds = (performance.now() - started) / 1_000;
  latencies.sort((a, b) => a - b);
  return {
    rate: events.length / seconds,
    eventsPerFrame: Math.round(events.length / (await topology.log.head())),
    p50: latencies[Math.floor(latencies.length * 0.5)]!,
    p99: latencies[Math.floor(latencies.length * 0.99)]!,
  };
}

/** Users' keys, all known by now: what sealing itself takes. */
function keysInMemory(): Keys {
  const keys = new Map<string, DataKey>();
  const keyOf = (userId: string): DataKey => {
    const known = keys.get(userId) ?? DataKey.random();
    keys.set(userId, known);
    return known;
  };
  return { seal: async (events) => events.map((event) => keyOf(event.userId).seal(event)) };
}

/** Frames encoded beforehand, over all partitions in turn, in a window of 1,024. */
async function publishBare(
  topology: LogTopology,
  events: readonly LogEvent[],
  eventsPerFrame: number,
): Promise<number> {
  const payloads: Uint8Array[] = [];
  for (let i = 0; i < events.length; i += eventsPerFrame)
    payloads.push(encodeFrame(events.slice(i, i + eventsPerFrame)));
  let underWay = 0;
  let wake = (): void => undefined;
  let failure: unknown;
  const started = performance.now();
  for (const [i, payload] of payloads.entries()) {
    while (underWay >= LOG_SETTINGS.inFlightMax / 2) await new Promise<void>((resolve) => (wake = resolve));
    underWay++;
    topology.log.append(topology.subjects.user(i % LOG_SETTINGS.partitions), payload).then(
      () => (underWay--, wake()),
      (error: unknown) => ((failure = error), underWay--, wake()),
    );
  }
  while (underWay > 0) await new Promise<void>((resolve) => (wake = resolve));
  if (failure) throw failure;
  return events.length / ((performance.now() - started) / 1_000);
}
