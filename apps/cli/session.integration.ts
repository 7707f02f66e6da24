/** Commands that look at a deployment leave it as it is: above all they do not make its streams, with a terminal's settings. */
import { connectNats, managerOf, openTopology, type NatsConnection } from '#log';
import { startServers, type TestServers } from '#testkit';
import { examine } from './commands/doctor.js';
import { withSession } from './session.js';

const NOWHERE = 'no-such-folder';
let servers: TestServers;
let connection: NatsConnection;
const before = { ...process.env };

beforeEach(async () => {
  servers = await startServers({ nats: true });
  connection = await connectNats({ natsUrl: servers.natsUrl });
  process.env.NATS_URL = servers.natsUrl;
  process.env.DATABASE_URL = 'postgres://127.0.0.1:1/nobody';
}, 20_000);
afterEach(async () => {
  process.env = { ...before };
  await connection.close();
  await servers.stop();
});

const deploy = (partitions: number) =>
  openTopology(connection, {
    namespace: 'default',
    log: { partitions, replicas: 1, inFlightMax: 100, ackTimeoutMs: 2_000 },
  });

async function streams(): Promise<string[]> {
  return (await (await managerOf(connection)).streams.list().next()).map(({ config }) => config.name);
}

describe('a command that looks at a deployment', () => {
  it('makes no streams where there are none, and says what to do', async () => {
    await expect(withSession(NOWHERE, async () => undefined)).rejects.toMatchObject({
      code: 'REK_LOG_UNAVAILABLE',
      message: expect.stringMatching(
        /no stream REKAPPA_LOG, .*start it, .*NATS_URL and REKAPPA_NAMESPACE/,
      ) as string,
    });
    expect(await examine(NOWHERE)).toContainEqual({
      verdict: 'bad',
      subject: 'NATS',
      detail: expect.stringContaining('no stream REKAPPA_LOG') as string,
    });
    expect(await streams()).toEqual([]);
  });

  it('learns the partition count from the log, whatever its own settings say', async () => {
    await deploy(4);
    expect(await withSession(NOWHERE, ({ topology }) => Promise.resolve(topology.partitions))).toBe(4);
  });

  it('is told by the doctor where its settings are not those of the streams', async () => {
    await deploy(4);
    process.env.REKAPPA_LOG_REPLICAS = '3';
    const findings = await examine(NOWHERE);
    expect(findings).toContainEqual({
      verdict: 'bad',
      subject: 'partitions',
      detail: expect.stringContaining('set REKAPPA_LOG_PARTITIONS=4') as string,
    });
    expect(findings).toContainEqual({
      verdict: 'note',
      subject: 'replicas',
      detail: expect.stringContaining('REKAPPA_LOG has 1') as string,
    });
    process.env.REKAPPA_LOG_REPLICAS = '1';
    process.env.REKAPPA_LOG_PARTITIONS = '4';
    const subjects = (await examine(NOWHERE)).map(({ subject }) => subject);
    expect(subjects).not.toContain('partitions');
    expect(subjects).not.toContain('replicas');
  });
});
