/** Hosts come and go, by the book and by kill -9, and the outcome is as if nothing had happened (I1, I2, I3). */
import { until } from '#kernel';
import { testSeed } from '#testkit';
import { Cluster, LEASE_MS, PARTITIONS } from './actors/cluster.js';
import { storedFeedback } from './actors/stored-feedback.js';

describe('actor hosts that share the partitions', () => {
  let cluster: Cluster;
  beforeAll(async () => void (cluster = await Cluster.start()), 60_000);
  afterAll(() => cluster.stop(), 30_000);

  it('fold everything once, while one is killed, another joins and one leaves', async () => {
    const [first, second] = await Promise.all([cluster.host(), cluster.host()]);
    await cluster.shared(2);
    const traffic = cluster.traffic(testSeed('takeover'));
    await until(
      'both hosts emit samples',
      async () => (await storedFeedback(cluster.topology)).every(({ records }) => records > 10),
      20_000,
      100,
    );

    // kill -9: the other one owns everything within two leases, and folds on.
    const killedAt = Date.now();
    await first.child.kill9();
    await cluster.shared(1);
    const takeoverMs = Date.now() - killedAt;
    expect(takeoverMs).toBeLessThan(2 * LEASE_MS + 1_000);

    // A newcomer gets its share.
    const third = await cluster.host();
    await cluster.shared(2);

    // By the book: exit code 0, and the partitions move without waiting for a lease to expire.
    const leavingAt = Date.now();
    expect(await second.child.stop()).toEqual({ code: 0, signal: null });
    await cluster.shared(1);
    const handoverMs = Date.now() - leavingAt;

    const events = await traffic.stop();
    const compared = await cluster.equalsReference();
    expect(compared.records).toBeGreaterThan(500);
    const epochs = (await storedFeedback(cluster.topology)).map((partition) => partition.epochs);
    expect(epochs.filter((own) => own.length >= 2).length).toBeGreaterThanOrEqual(PARTITIONS / 2);
    for (const own of epochs) expect(own).toEqual([...own].sort((a, b) => a - b));
    expect(await third.metric('rekappa_dead_total')).toBe(0);
    console.log(
      `${events} events: takeover after kill -9 in ${takeoverMs} ms, handover in ${handoverMs} ms, ${JSON.stringify(compared)} equal`,
    );
  }, 120_000);
});
