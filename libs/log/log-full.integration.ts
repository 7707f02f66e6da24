import { startServers } from '#testkit';
import { connectNats } from './nats-connection.js';
import { managerOf } from './nats-event-log.js';
import { openTopology } from './topology.js';

const MEGABYTE = 1_048_576;

describe('a log without room', () => {
  it('refuses with a code that says so, and takes more when its limit is raised', async () => {
    const servers = await startServers({ nats: true });
    const connection = await connectNats({ natsUrl: servers.natsUrl });
    const log = { partitions: 1, replicas: 1, inFlightMax: 64, ackTimeoutMs: 2_000 };
    const topology = await openTopology(connection, { namespace: 'full', log });
    const manager = await managerOf(connection);
    const limit = (max_bytes: number) => manager.streams.update('full_REKAPPA_LOG', { max_bytes });
    await limit(MEGABYTE);
    const append = () => topology.log.append('log.user.0', new Uint8Array(400_000));
    await append();
    await append();
    await expect(append()).rejects.toMatchObject({ code: 'REK_LOG_FULL', status: 503, retryable: true });
    await limit(2 * MEGABYTE);
    expect(await append()).toBe(3);
    await connection.close();
    await servers.stop();
  });
});
