import { sleep, until } from '#kernel';
import { startServers, type TestServers } from '#testkit';
import { describeLeaseStore } from './lease-store.contract.js';
import { connectNats, type NatsConnection } from './nats-connection.js';
import { NatsLeaseStore } from './nats-lease-store.js';

const LEASE_MS = 600;

let servers: TestServers;
let connections: NatsConnection[];
let serial = 0;

beforeAll(async () => {
  servers = await startServers({ nats: true });
  connections = await Promise.all([1, 2].map(() => connectNats({ natsUrl: servers.natsUrl })));
}, 20_000);
afterAll(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
  await servers.stop();
});

describeLeaseStore('NATS', async () => {
  const settings = { namespace: `t${serial++}`, log: { replicas: 1 }, actors: { leaseMs: LEASE_MS } };
  const [store, other] = await Promise.all(
    connections.map((connection) => NatsLeaseStore.open(connection, settings)),
  );
  return { store: store!, other: other!, pass: sleep };
});

describe('the time that a dead host keeps its partitions', () => {
  it('is less than twice the lease', async () => {
    const settings = { namespace: 'expiry', log: { replicas: 1 }, actors: { leaseMs: LEASE_MS } };
    const store = await NatsLeaseStore.open(connections[0]!, settings);
    for (let i = 0; i < 3; i++) {
      await store.acquire(i, 'dead');
      const since = performance.now();
      while (!(await store.acquire(i, 'heir'))) await sleep(10);
      expect(performance.now() - since).toBeLessThan(2 * LEASE_MS);
    }
  });
});

describe('a time to live that was changed in the settings', () => {
  it('holds for leases from the next start on', async () => {
    const settings = (leaseMs: number) => ({
      namespace: 'changed',
      log: { replicas: 1 },
      actors: { leaseMs },
    });
    await NatsLeaseStore.open(connections[0]!, settings(60_000));
    const store = await NatsLeaseStore.open(connections[1]!, settings(LEASE_MS));
    await store.acquire(0, 'dead');
    await until(
      'the lease has expired',
      async () => (await store.acquire(0, 'heir')) !== undefined,
      5 * LEASE_MS,
    );
  });
});
