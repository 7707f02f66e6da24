import { sleep } from '#kernel';
import { startServers, type TestServers } from '#testkit';
import { connectNats, type NatsConnection } from './nats-connection.js';
import { openTopology } from './topology.js';

const MESSAGES = 400;
const MESSAGE_BYTES = 200_000;
/** Two pulls of 4 MiB under way, half a one in the buffer, and what stands in the sockets. */
const RECEIVED_BYTES_MAX = 16 * 1024 * 1024;

let servers: TestServers;
let connection: NatsConnection;

beforeAll(async () => {
  servers = await startServers({ nats: true });
  connection = await connectNats({ natsUrl: servers.natsUrl });
}, 20_000);
afterAll(async () => {
  await connection.close();
  await servers.stop();
});

describe('a slow reader', () => {
  it('receives no more than it can hold, and then everything', async () => {
    const log = { partitions: 1, replicas: 1, inFlightMax: MESSAGES, ackTimeoutMs: 20_000 };
    const topology = await openTopology(connection, { namespace: 'default', log });
    const payload = Buffer.alloc(MESSAGE_BYTES, 'x');
    for (let i = 0; i < MESSAGES; i += 50) {
      await Promise.all(Array.from({ length: 50 }, () => topology.log.append('log.item', payload)));
    }
    const before = connection.stats().inBytes;
    let read = 0;
    for await (const batch of topology.log.read({ from: 1, until: MESSAGES })) {
      if (read === 0) await sleep(1_000); // what comes meanwhile, comes unasked
      if (read === 0) expect(connection.stats().inBytes - before).toBeLessThan(RECEIVED_BYTES_MAX);
      read += batch.length;
    }
    expect(read).toBe(MESSAGES);
    expect(connection.stats().inBytes - before).toBeGreaterThan(MESSAGES * MESSAGE_BYTES);
  }, 60_000);
});
