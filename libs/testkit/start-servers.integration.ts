import pg from 'pg';
import { connect } from '@nats-io/transport-node';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { startServers, type TestServers } from './index.js';

describe('real servers for tests', () => {
  let servers: TestServers;
  beforeAll(async () => {
    servers = await startServers({ nats: true, postgres: true, redis: true });
  }, 60_000);
  afterAll(() => servers.stop());

  it('gives each test an empty database', async () => {
    const client = new pg.Client({ connectionString: await servers.newDatabase() });
    await client.connect();
    const tables = await client.query(
      `SELECT 1 FROM information_schema.tables WHERE table_schema = 'public'`,
    );
    expect(tables.rowCount).toBe(0);
    await client.end();
  });

  it('keeps acknowledged messages of a NATS server that is killed and started again on the same port', async () => {
    const before = await connect({ servers: servers.natsUrl, reconnect: false });
    await (await jetstreamManager(before)).streams.add({ name: 'KEPT', subjects: ['kept'] });
    const { seq } = await jetstream(before).publish('kept', 'still here');
    await servers.nats!.kill9();
    await servers.nats!.restart();

    const after = await connect({ servers: servers.natsUrl });
    const message = await (await jetstreamManager(after)).streams.getMessage('KEPT', { seq });
    expect(message?.string()).toBe('still here');
    await after.close();
  });
});
