import { startServers, type TestServers } from '#testkit';
import { connectNats, type NatsConnection } from './nats-connection.js';
import { managerOf } from './nats-event-log.js';
import { attachTopology, openTopology } from './topology.js';

let servers: TestServers;
let one: NatsConnection;
let two: NatsConnection;

beforeAll(async () => {
  servers = await startServers({ nats: true });
  one = await connectNats({ natsUrl: servers.natsUrl });
  two = await connectNats({ natsUrl: servers.natsUrl });
}, 20_000);
afterAll(async () => {
  await one.close();
  await two.close();
  await servers.stop();
});

const settings = (namespace: string, partitions = 16) => ({
  namespace,
  log: { partitions, replicas: 1, inFlightMax: 100, ackTimeoutMs: 2_000 },
});

describe('the topology of a namespace', () => {
  it('is ensured by any number of processes at once, with one result', async () => {
    const opened = await Promise.all(
      [one, two, one, two].map((connection) => openTopology(connection, settings('race'))),
    );
    await opened[0]!.log.append('log.item', Buffer.from('{}'));
    for (const topology of opened) expect(await topology.log.head()).toBe(1);
  });

  it('fails all but one of two processes that race with different partition counts', async () => {
    const results = await Promise.allSettled([
      openTopology(one, settings('split', 8)),
      openTopology(two, settings('split', 32)),
    ]);
    const failures = results.filter((result) => result.status === 'rejected');
    expect(failures).toHaveLength(1);
    expect(failures[0]!.reason).toMatchObject({ code: 'REK_PARTITIONS_MISMATCH' });
  });

  it('refuses a partition count other than the one it was created with, naming the right one', async () => {
    await openTopology(one, settings('fixed', 16));
    await expect(openTopology(one, settings('fixed', 64))).rejects.toMatchObject({
      code: 'REK_PARTITIONS_MISMATCH',
      message: expect.stringContaining('REKAPPA_LOG_PARTITIONS=16') as string,
    });
    await openTopology(two, settings('fixed', 16));
  });

  it('keeps the replicas it was created with, and says where the setting wants others', async () => {
    const wanted = settings('copies');
    const reports: string[] = [];
    const open = (replicas: number) =>
      openTopology(one, { ...wanted, log: { ...wanted.log, replicas } }, (difference) =>
        reports.push(difference),
      );
    await open(1);
    expect(reports).toEqual([]);
    await open(3);
    expect(reports).toEqual([
      expect.stringMatching(
        /REKAPPA_LOG_REPLICAS=3 .*copies_REKAPPA_LOG has 1, .*copies_REKAPPA_AUDIT has 1/,
      ),
    ]);
    const { config } = await (await managerOf(one)).streams.info('copies_REKAPPA_LOG');
    expect(config.num_replicas).toBe(1);
  });

  it('is learnt by those who attach, who create nothing and hear what to do without it', async () => {
    const { log } = settings('nowhere');
    await expect(attachTopology(one, { namespace: 'nowhere', log })).rejects.toMatchObject({
      code: 'REK_LOG_UNAVAILABLE',
      message: expect.stringMatching(/no stream nowhere_REKAPPA_LOG.*REKAPPA_NAMESPACE/) as string,
    });
    await openTopology(one, settings('there', 4));
    expect((await attachTopology(two, { namespace: 'there', log })).partitions).toBe(4);
  });

  it('compresses what is kept for ever, or says that the server is too old to', async () => {
    const wanted = settings('small');
    const opening = openTopology(one, { ...wanted, log: { ...wanted.log, compression: 's2' } });
    const [major, minor] = one.info!.version.split('.').map(Number) as [number, number];
    if (major === 2 && minor < 10) {
      await expect(opening).rejects.toMatchObject({
        code: 'REK_CONFIG_INVALID',
        message: expect.stringContaining('requires server 2.10') as string,
      });
      return;
    }
    await opening;
    const { config } = await (await managerOf(one)).streams.info('small_REKAPPA_LOG');
    expect(config.compression).toBe('s2');
  });

  it('lets dead letters be removed, and nothing that is the truth', async () => {
    const topology = await openTopology(one, settings('removal'));
    for (let i = 0; i < 2; i++)
      await topology.dead.append(topology.subjects.dead('actors'), Buffer.from('{}'));
    expect([await topology.dead.remove(1), await topology.dead.remove(1)]).toEqual([true, false]);
    expect(await topology.dead.count()).toBe(1);
    await topology.log.append('log.item', Buffer.from('{}'));
    await expect(topology.log.remove(1)).rejects.toThrow('not permitted');
  });

  it('does not meet another namespace', async () => {
    const [acme, standard] = [
      await openTopology(one, settings('acme')),
      await openTopology(one, settings('default')),
    ];
    await acme.log.append(acme.subjects.user(3), Buffer.from('a'));
    expect(await standard.log.head()).toBe(0);
    expect((await acme.log.last('log.user.3'))!.subject).toBe('log.user.3');
    const streams = (await (await managerOf(one)).streams.list().next()).map((info) => info.config);
    expect(streams.find((config) => config.name === 'acme_REKAPPA_LOG')!.subjects).toEqual([
      'acme.log.user.*',
      'acme.log.item',
    ]);
    expect(streams.some((config) => config.name === 'REKAPPA_LOG')).toBe(true);
  });

  it('lets nobody delete from the logs that are the truth', async () => {
    const { log } = await openTopology(one, settings('immutable'));
    await log.append('log.item', Buffer.from('a'));
    const manager = await managerOf(one);
    await expect(manager.streams.deleteMessage(log.name, 1)).rejects.toThrow();
    await expect(manager.streams.purge(log.name)).rejects.toThrow();
  });
});
