/** Promises of model snapshots, on a real Postgres. */
import { startServers, type TestServers } from '#testkit';
import { migrate } from './migrate.js';
import type { InvalidSnapshot } from './snapshot-store.js';
import { openStore, type Store } from './store.js';

describe('SnapshotStore', () => {
  let servers: TestServers;
  let store: Store;
  const skipped: InvalidSnapshot[] = [];
  let model = '';

  beforeAll(async () => {
    servers = await startServers({ postgres: true });
    const url = await servers.newDatabase();
    await migrate(url);
    store = await openStore(url, { onInvalidSnapshot: (problem) => skipped.push(problem) });
  }, 60_000);
  afterAll(async () => {
    await store.close();
    await servers.stop();
  });
  beforeEach(() => {
    model = `m${Math.random().toString(36).slice(2)}`;
    skipped.length = 0;
  });

  const body = Buffer.alloc(2_500_000, 'weights');
  const write = (sequence: number, version = `v${sequence}`) =>
    store.snapshots.write({
      model,
      version,
      sequence,
      header: { z: 1, a: 0.1 + 0.2 },
      chunks: [body, new Uint8Array([1, 2, 3])],
    });

  /** Ends the connection of what is done as soon as a statement of it that looks like this touches the chunks. */
  const brokenOff = (statement: string, work: () => Promise<unknown>): Promise<unknown> =>
    store.source.transaction(async (manager) => {
      await manager.query(`LOCK TABLE rekappa_snapshot_chunk IN ACCESS EXCLUSIVE MODE`);
      const working = work();
      const killed = (async () => {
        for (;;) {
          const [row] = await store.source.query(
            `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE $1 LIMIT 1`,
            [statement],
          );
          if (row) return;
        }
      })();
      await killed;
      return working;
    });

  it('gives back what was written, whatever the size of the chunks', async () => {
    const id = await write(10);
    const snapshot = (await store.snapshots.newestValid<{ a: number }>(model))!;
    expect(snapshot).toMatchObject({
      id,
      model,
      version: 'v10',
      sequence: 10,
      header: { z: 1, a: 0.30000000000000004 },
    });
    expect(snapshot.chunks.every((chunk) => chunk.length <= 1024 * 1024)).toBe(true);
    expect(Buffer.concat(snapshot.chunks).equals(Buffer.concat([body, Buffer.from([1, 2, 3])]))).toBe(true);
    expect((await store.snapshots.get(id))!.id).toBe(id);
    expect(await store.snapshots.get('no-such-id')).toBeUndefined();
  });

  it('stores nothing of one that is given up', async () => {
    const large = {
      model,
      version: 'v1',
      sequence: 1,
      header: {},
      chunks: Array.from({ length: 9 }, () => body),
    };
    await expect(store.snapshots.write(large, AbortSignal.abort(new Error('given up')))).rejects.toThrow(
      'given up',
    );
    expect(await store.snapshots.list(model)).toEqual([]);
    const id = await store.snapshots.write(large, new AbortController().signal);
    expect(Buffer.concat((await store.snapshots.get(id))!.chunks)).toHaveLength(9 * body.length);
  });

  it('skips and reports the corrupt, the truncated, the incomplete and those of a newer format', async () => {
    const good = await write(10);
    const corrupt = await write(20);
    const truncated = await write(30);
    const newer = await write(40);
    const incomplete = await write(50);
    const header = await write(60);
    await store.source.query(
      `UPDATE rekappa_snapshot_chunk SET bytes = set_byte(bytes, 5, 0) WHERE snapshot_id = $1 AND index = 1`,
      [corrupt],
    );
    await store.source.query(`DELETE FROM rekappa_snapshot_chunk WHERE snapshot_id = $1 AND index = 2`, [
      truncated,
    ]);
    await store.source.query(`UPDATE rekappa_snapshot SET format = 99 WHERE id = $1`, [newer]);
    await store.source.query(`UPDATE rekappa_snapshot SET complete = false WHERE id = $1`, [incomplete]);
    await store.source.query(`UPDATE rekappa_snapshot SET header = '{}' WHERE id = $1`, [header]);

    expect((await store.snapshots.newestValid(model))!.id).toBe(good);
    expect(skipped.map((problem) => problem.id)).toEqual([header, incomplete, newer, truncated, corrupt]);
    await expect(store.snapshots.get(corrupt)).rejects.toMatchObject({ code: 'REK_SNAPSHOT_INVALID' });
  });

  it('leaves nothing of a write that was broken off', async () => {
    const unwritable = { toJSON: () => ({}) };
    const chunks = [Buffer.alloc(10), undefined as unknown as Buffer];
    await expect(
      store.snapshots.write({ model, version: 'v', sequence: 1, header: unwritable, chunks }),
    ).rejects.toThrow();
    const before = await store.source.query(`SELECT count(*) FROM rekappa_snapshot_chunk`);
    const broken = brokenOff('INSERT INTO rekappa_snapshot_chunk%', () => write(1));
    await expect(broken).rejects.toMatchObject({ code: 'REK_STORE_UNAVAILABLE' });
    expect(await store.snapshots.list(model)).toEqual([]);
    expect(await store.source.query(`SELECT count(*) FROM rekappa_snapshot_chunk`)).toEqual(before);
  });

  it('says that Postgres is away when a connection ends amid a read, and reads again on another', async () => {
    const id = await write(1);
    const broken = brokenOff('COPY%', () => store.snapshots.get(id));
    await expect(broken).rejects.toMatchObject({ code: 'REK_STORE_UNAVAILABLE' });
    const reads = Array.from({ length: 20 }, () => store.snapshots.get(id));
    for (const snapshot of await Promise.all(reads)) expect(snapshot!.chunks).toHaveLength(4);
  });

  it('keeps the newest and prunes the rest, chunks included', async () => {
    for (const sequence of [1, 2, 3, 3, 5]) await write(sequence, `v${sequence}`);
    expect(await store.snapshots.prune(model, 2)).toBe(3);
    expect((await store.snapshots.list(model)).map((snapshot) => snapshot.sequence)).toEqual([5, 3]);
    const [row] = await store.source.query(
      `SELECT count(*) AS orphans FROM rekappa_snapshot_chunk c LEFT JOIN rekappa_snapshot s ON s.id = c.snapshot_id WHERE s.id IS NULL`,
    );
    expect(Number(row.orphans)).toBe(0);
  });
});
