import { startServers, type TestServers } from '#testkit';
import { describeEventLog } from './event-log.contract.js';
import { connectNats, type NatsConnection } from './nats-connection.js';
import { openTopology } from './topology.js';

let servers: TestServers;
let connection: NatsConnection;
let serial = 0;

beforeAll(async () => {
  servers = await startServers({ nats: true });
  connection = await connectNats({ natsUrl: servers.natsUrl });
}, 20_000);
afterAll(async () => {
  await connection.close();
  await servers.stop();
});

const settings = { partitions: 16, replicas: 1, inFlightMax: 1_024, ackTimeoutMs: 2_000 };

describeEventLog('NATS, each test in a namespace of its own', async () => {
  return (await openTopology(connection, { namespace: `t${serial++}`, log: settings })).log;
});
