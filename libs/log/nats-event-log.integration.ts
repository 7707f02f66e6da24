import { describeEventLog } from './event-log.contract.js';
import { connectNats, type NatsConnection } from './nats-connection.js';
import { TestServer } from './test-server.js';
import { openTopology } from './topology.js';

let server: TestServer;
let connection: NatsConnection;
let serial = 0;

beforeAll(async () => {
  server = await TestServer.start();
  connection = await connectNats({ natsUrl: server.url });
}, 20_000);
afterAll(async () => {
  await connection.close();
  await server.stop();
});

const settings = { partitions: 16, replicas: 1, inFlightMax: 1_024, ackTimeoutMs: 2_000 };

describeEventLog('NATS, each test in a namespace of its own', async () => {
  return (await openTopology(connection, { namespace: `t${serial++}`, log: settings })).log;
});
