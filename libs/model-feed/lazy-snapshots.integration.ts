import { migrate, openStore, type Store } from '#store';
import { startServers, until, type TestServers } from '#testkit';
import { LazySnapshots } from './lazy-snapshots.js';

describe('LazySnapshots over the real store', () => {
  let servers: TestServers;
  let store: Store;
  let snapshots: LazySnapshots;

  beforeAll(async () => {
    servers = await startServers({ postgres: true });
    await migrate(servers.databaseUrl);
    store = await openStore(servers.databaseUrl);
    snapshots = new LazySnapshots(
      () => openStore(servers.databaseUrl),
      () => undefined,
    );
  }, 60_000);
  afterAll(async () => {
    await snapshots.close();
    await store.close();
    await servers.stop();
  });

  it('stop writing one that is given up, and store nothing of it', async () => {
    const chunks = Array.from({ length: 20 }, () => Buffer.alloc(1_000_000, 'weights'));
    const write = (signal?: AbortSignal) =>
      snapshots.write({ model: 'm', version: 'v', sequence: 1, header: {}, chunks }, signal);
    const givingUp = new AbortController();
    expect(await snapshots.newestValid('m')).toBeUndefined();
    const writing = await store.source.transaction(async (manager) => {
      await manager.query(`LOCK TABLE rekappa_snapshot_chunk IN ACCESS EXCLUSIVE MODE`);
      const outcome = write(givingUp.signal).catch((error: unknown) => error);
      await until('it waits amid its chunks', async () => {
        await manager.query('SELECT 1'); // Postgres ends a transaction that falls silent
        const [row] = await store.source.query(
          `SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE wait_event_type = 'Lock'`,
        );
        return row.waiting > 0;
      });
      givingUp.abort(new Error('given up'));
      return { outcome };
    });
    expect(await writing.outcome).toMatchObject({ message: 'given up' });
    expect(await store.snapshots.list('m')).toEqual([]);

    const id = await write();
    expect((await store.snapshots.list('m')).map((each) => each.id)).toEqual([id]);
  });
});
