/** kill -9 of the server under load: nothing acknowledged is lost, order is kept, no reader sees anything twice. */
import { asEventId, asUserId, partitionOf, until } from '#kernel';
import { startServers, type TestServers } from '#testkit';
import { decodeFrame, type LogEvent } from '#events';
import type { LogMessage } from './event-log.js';
import { FramePublisher, type Acknowledgement } from './frame-publisher.js';
import { connectNats, type NatsConnection } from './nats-connection.js';
import { openTopology, type LogTopology } from './topology.js';

const PARTITIONS = 4;
const USERS = 40;
const EVENTS = 20_000;

let servers: TestServers;
let connection: NatsConnection;
let topology: LogTopology;

beforeEach(async () => {
  servers = await startServers({ nats: true });
  connection = await connectNats({ natsUrl: servers.natsUrl });
  topology = await openTopology(connection, {
    namespace: 'default',
    log: { partitions: PARTITIONS, replicas: 1, inFlightMax: 64, ackTimeoutMs: 1_000 },
  });
}, 20_000);
afterEach(async () => {
  await connection.close();
  await servers.stop();
});

const event = (i: number): LogEvent => ({
  kind: 'interaction',
  eventId: asEventId(`e${i}`),
  userId: asUserId(`u${i % USERS}`),
  timestamp: 1_700_000_000_000 + i,
  version: 1,
  type: 'click',
  itemId: `i${i % 7}`,
});

const eventIds = (message: LogMessage): string[] =>
  decodeFrame(message.payload).flatMap((entry) => ('event' in entry ? [entry.event.eventId] : []));

describe('a server that is killed and started again, twice, under load', () => {
  it('has every acknowledged event once, at the acknowledged place, in the order of its publisher', async () => {
    const read: LogMessage[] = [];
    const stop = new AbortController();
    const reading = (async () => {
      for await (const batch of topology.log.read({ from: 1, signal: stop.signal, batchMax: 50 }))
        read.push(...batch);
    })();

    const publisher = new FramePublisher(topology, { packMs: 1, frameEventsMax: 20, queuedEventsMax: 2_000 });
    const acknowledged: (Acknowledgement | undefined)[] = [];
    const killer = (async () => {
      for (const share of [0.25, 0.6]) {
        await until(
          'enough is acknowledged',
          () => read.length > 0 && acknowledged.filter(Boolean).length > share * EVENTS,
          30_000,
        );
        await servers.nats!.kill9();
        await servers.nats!.restart();
      }
    })();
    for (let i = 0; i < EVENTS; i++) {
      await publisher.room();
      void publisher.publish(event(i)).then((acknowledgement) => (acknowledged[i] = acknowledgement));
    }
    await publisher.close();
    await killer;
    expect(acknowledged.filter(Boolean)).toHaveLength(EVENTS);

    const head = await topology.log.head();
    await until('the reader has come to the head', () => read.at(-1)?.sequence === head, 15_000);
    stop.abort();
    await reading;

    expect(read.map((message) => message.sequence)).toEqual(Array.from({ length: head }, (_, i) => i + 1));
    const ids = read.map(eventIds);
    acknowledged.forEach((at, i) => expect(ids[at!.sequence - 1]![at!.index]).toBe(`e${i}`));
    expect(ids.flat()).toHaveLength(EVENTS);
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const wanted = Array.from({ length: EVENTS }, (_, i) => i).filter(
        (i) => partitionOf(`u${i % USERS}`, PARTITIONS) === partition,
      );
      const stored = read.filter((message) => message.subject === `log.user.${partition}`).flatMap(eventIds);
      expect(stored).toEqual(wanted.map((i) => `e${i}`));
    }
  }, 90_000);

  it('gives up after a bounded number of attempts when it does not come back', async () => {
    const publisher = new FramePublisher(topology, { attempts: 4 });
    await servers.nats!.kill9();
    await expect(publisher.publish(event(1))).rejects.toMatchObject({
      code: 'REK_LOG_UNAVAILABLE',
      retryable: true,
    });
    await servers.nats!.restart();
    await until('a new publish succeeds', () =>
      publisher.publish(event(1)).then(
        () => true,
        () => false,
      ),
    );
  }, 30_000);
});
