import { retry } from '#kernel';
import { FaultProxy, startServers, type TestServers } from '#testkit';
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

describe('a server that does not answer', () => {
  it('is reported as the absence of the log, as soon as the connection is lost, and asked again when it is back', async () => {
    const proxy = await FaultProxy.before(servers.natsUrl);
    const cutOff = await connectNats({ natsUrl: proxy.url });
    try {
      const { log } = await openTopology(cutOff, { namespace: `t${serial++}`, log: settings });
      proxy.freeze();
      const asked = [log.head(), log.last('log.item'), log.count()].map((answer) =>
        answer.catch((e: unknown) => e),
      );
      proxy.cut();
      for (const error of await Promise.all(asked))
        expect(error).toMatchObject({ code: 'REK_LOG_UNAVAILABLE', retryable: true });
      proxy.heal();
      expect(await retry(() => log.head(), { attempts: 100, baseMs: 50, capMs: 100 })).toBe(0);
    } finally {
      await cutOff.close();
      await proxy.stop();
    }
  });
});
