/** Checkpoints are an optimisation, never the truth (I5); servers may go away and come back. */
import { sleep, until } from '#kernel';
import { testSeed } from '#testkit';
import { openStore } from '#store';
import { Cluster, PARTITIONS } from './actors/cluster.js';
import type { HostProcess } from './actors/host-process.js';

describe('an actor host', () => {
  let cluster: Cluster;
  let host: HostProcess;
  beforeAll(async () => {
    cluster = await Cluster.start();
    host = await cluster.host();
    await cluster.shared(1);
  }, 60_000);
  afterAll(() => cluster.stop(), 30_000);

  const trafficFor = async (name: string, ms: number) => {
    const traffic = cluster.traffic(testSeed(name));
    await sleep(ms); // traffic takes the time it takes
    return traffic.stop();
  };
  const everythingCheckpointed = () =>
    until(
      'everything is checkpointed',
      async () => {
        const partitions = (await cluster.status()).flatMap((status) => status.partitions);
        return (
          partitions.length === PARTITIONS &&
          partitions.every(({ position, checkpoint }) => checkpoint === position)
        );
      },
      20_000,
      100,
    );
  const sql = async (statement: string) => {
    const store = await openStore(cluster.servers.databaseUrl);
    await store.source.query(statement);
    await store.close();
  };

  it('keeps folding users in memory while Postgres is away, and checkpoints when it is back', async () => {
    await trafficFor('before', 500);
    await cluster.settled();
    const before = await cluster.topology.log.head();
    await cluster.servers.postgres!.stop();
    const events = await trafficFor('without Postgres', 1_000);
    await cluster.settled();
    expect(await cluster.topology.log.head()).toBeGreaterThan(before + events / 10);
    expect(
      (await cluster.status())
        .flatMap((status) => status.partitions)
        .every(({ checkpoint }) => checkpoint <= before),
    ).toBe(true);
    await cluster.servers.postgres!.restart();
    await cluster.equalsReference();
    await everythingCheckpointed();
    expect(await host.metric('rekappa_checkpoint_failures_total')).toBeGreaterThan(0);
  }, 120_000);

  it('resumes from its checkpoints after kill -9, folding only what came after them', async () => {
    const events = await trafficFor('resume', 3_000);
    await cluster.settled();
    await everythingCheckpointed();
    await host.child.kill9();
    const later = await trafficFor('resume, later', 1_000);
    host = await cluster.host();
    const compared = await cluster.equalsReference();
    const folded = await host.metric('rekappa_folded_events_total');
    expect(folded).toBeLessThan(later * 2);
    expect(events).toBeGreaterThan(later);
    console.log(`resumed: folded ${folded} of ${events + later} events, ${JSON.stringify(compared)} equal`);
  }, 120_000);

  it('detects damaged checkpoint rows, reports them, and folds those partitions from the log again', async () => {
    await host.child.kill9();
    await sql(
      `UPDATE rekappa_partition SET state = set_byte(state, 3, get_byte(state, 3) # 1) WHERE partition = 2`,
    );
    await sql(
      `UPDATE rekappa_actor SET state = set_byte(state, 3, get_byte(state, 3) # 1) WHERE partition = 5`,
    );
    await trafficFor('damage', 1_000);
    host = await cluster.host();
    await cluster.equalsReference();
    expect(await host.metric('rekappa_checkpoint_failures_total')).toBeGreaterThanOrEqual(2);
  }, 120_000);

  it('waits with cold users while Postgres is away, and loses nothing by it', async () => {
    await host.child.kill9();
    host = await cluster.host();
    await cluster.shared(1);
    await cluster.servers.postgres!.stop();
    await trafficFor('cold users', 1_000);
    expect((await cluster.status()).flatMap((status) => status.partitions)).toHaveLength(PARTITIONS);
    await cluster.servers.postgres!.restart();
    await cluster.equalsReference();
  }, 120_000);

  it('survives kill -9 of NATS, losing and doubling nothing', async () => {
    const traffic = cluster.traffic(testSeed('NATS killed'), 200);
    await sleep(1_000); // under load
    await cluster.servers.nats!.kill9();
    await cluster.servers.nats!.restart();
    await traffic.stop();
    await cluster.equalsReference();
  }, 120_000);
});
