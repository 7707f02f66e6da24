/**
 * For tests of partition hosts: a host's surroundings, on a real Postgres and a log in memory. To be called within `describe`; each test
 * has a namespace of its own.
 *
 *     const hosts = hostWorlds();
 *     const { own, publish } = hosts.world();
 *     const { host } = own(1);
 */
import { MemoryBudget } from '#actor';
import { loadSettings } from '#config';
import { encodeFrame, type LogEvent } from '#events';
import { foldSettingsOf, SettingsHistory } from '#interest';
import { ToldClock, Turns, until } from '#kernel';
import { DeadLetters, memoryTopology, type Lease, type LogTopology } from '#log';
import { createLogger, createMetrics } from '#observability';
import { migrate, openStore, type Store } from '#store';
import { startServers, type TestServers } from '#testkit';
import type { HostContext } from '../host-context.js';
import { CatalogueReplica } from '../reading/catalogue-replica.js';
import { DeadLetterQueue } from '../reading/dead-letter-queue.js';
import { LogReader } from '../reading/log-reader.js';
import { emitted, P, PARTITIONS, reference } from './host.fixture.js';
import { hashPartition } from './partition-hash.js';
import { PartitionHost } from './partition-host.js';

export function hostWorlds() {
  let servers: TestServers;
  let store: Store;
  let namespace = 0;
  const stops: (() => void)[] = [];

  beforeAll(async () => {
    servers = await startServers({ postgres: true });
    await migrate(servers.databaseUrl);
  }, 60_000);
  afterAll(() => servers.stop());
  beforeEach(
    async () => void (store = await openStore(servers.databaseUrl, { namespace: `test-${++namespace}` })),
  );
  afterEach(async () => {
    for (const stop of stops.splice(0)) stop();
    await store.close();
  });

  function world(overrides: { residentBytesMax?: number; topology?: LogTopology } = {}) {
    const topology = overrides.topology ?? memoryTopology(PARTITIONS);
    const refused: string[] = [];
    const dead = new DeadLetterQueue(
      new DeadLetters(topology),
      'actors',
      (code) => refused.push(code),
      () => undefined,
    );
    const catalogue = new CatalogueReplica(
      topology,
      dead,
      new SettingsHistory(foldSettingsOf(loadSettings({}))),
    );
    const reader = new LogReader(topology, catalogue, () => undefined);
    const context: HostContext = {
      settings: loadSettings({}),
      topology,
      keys: undefined,
      checkpoints: store.checkpoints,
      catalogue,
      reader,
      dead,
      budget: new MemoryBudget(overrides.residentBytesMax ?? 1e9),
      clock: new ToldClock(),
      turns: new Turns(),
      logger: createLogger('test', 'silent'),
      metrics: createMetrics('actors'),
    };
    void reader.run();
    stops.push(() => reader.stop());
    const own = (epoch: number, holds = () => true) => {
      const lease = { partition: P, hostId: `host-${epoch}`, epoch, revision: epoch } as Lease;
      const ended: unknown[] = [];
      const host = new PartitionHost(lease, context, { holds, ended: (error) => ended.push(error) });
      reader.attach(P, host.inbox);
      host.start();
      stops.push(() => host.stop());
      return { host, ended };
    };
    const publish = (events: LogEvent[]) => topology.log.append(`log.user.${P}`, encodeFrame(events));
    return { topology, context, own, publish, dead, refused };
  }

  /** What Postgres holds of the partition, as it can be put back. */
  async function storedRows(): Promise<Record<string, object[]>> {
    const rows: Record<string, object[]> = {};
    for (const table of ['rekappa_partition', 'rekappa_actor'])
      rows[table] = (
        await store.source.query<{ row: object }[]>(
          `SELECT to_jsonb(t) AS row FROM ${table} t WHERE namespace = $1`,
          [`test-${namespace}`],
        )
      ).map(({ row }) => row);
    return rows;
  }

  /** As after a crash of a Postgres that acknowledges before it writes, or a failover to a replica that was behind. */
  async function replaceRows(rows: Record<string, object[]>): Promise<void> {
    await store.source.transaction(async (manager) => {
      for (const [table, all] of Object.entries(rows)) {
        await manager.query(`DELETE FROM ${table} WHERE namespace = $1`, [`test-${namespace}`]);
        await manager.query(
          `INSERT INTO ${table} SELECT * FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb)`,
          [JSON.stringify(all)],
        );
      }
    });
  }

  const hashOf = (host: PartitionHost) =>
    host.between(({ users }) => hashPartition(users, store.checkpoints.users(P)));

  async function expectEqual(topology: LogTopology, host: PartitionHost, without?: ReadonlySet<string>) {
    const head = await topology.log.head();
    await until('everything is folded', () => host.servable && host.position >= head, 20_000);
    const wanted = await reference(topology, without);
    await until(
      'everything is emitted',
      async () => (await emitted(topology)).length >= wanted.bytes.length,
      5_000,
    ).catch(() => undefined);
    expect((await emitted(topology)).equals(wanted.bytes)).toBe(true);
    expect(await hashOf(host)).toEqual({ users: wanted.users, sha256: wanted.sha256 });
    return wanted;
  }

  return { world, storedRows, replaceRows, hashOf, expectEqual, checkpoints: () => store.checkpoints };
}
