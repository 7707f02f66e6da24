/** A Postgres that says nothing any more, neither an answer nor a farewell: a frozen machine, or one that is gone. */
import { startServers, type TestServers } from '#testkit';
import { copiedBytes } from './copied-bytes.js';
import { migrate } from './migrate.js';
import { openStore, type Store } from './store.js';

const SILENCE_MS = 1_000;
/** Over the silence, for a busy machine, ms. */
const SLACK_MS = 20_000;
const CONNECTIONS = 5;

describe('A Postgres that falls silent', () => {
  let servers: TestServers;
  let store: Store;
  let frozen: number[] = [];

  beforeAll(async () => {
    servers = await startServers({ postgres: true });
    await migrate(servers.databaseUrl);
    store = await openStore(servers.databaseUrl, { silenceMs: SILENCE_MS });
    await store.checkpoints.fence(1, 1);
  }, 60_000);
  afterAll(async () => {
    thaw();
    await store.close();
    await servers.stop();
  });

  /** Stops every process of the server: their sockets stay, and the kernel still takes what is sent. */
  async function freeze(): Promise<void> {
    const backends = await store.source.query<{ pid: number }[]>('SELECT pid FROM pg_stat_activity');
    frozen = [servers.postgres!.pid, ...backends.map(({ pid }) => pid)];
    for (const pid of frozen) process.kill(pid, 'SIGSTOP');
  }
  function thaw(): void {
    for (const pid of frozen.splice(0)) process.kill(pid, 'SIGCONT');
  }
  const connected = () =>
    Promise.all(Array.from({ length: CONNECTIONS }, () => store.source.query('SELECT pg_sleep(.1)')));
  const save = (sequence: number) =>
    store.checkpoints.save({
      partition: 1,
      epoch: 1,
      follows: 0,
      sequence,
      state: Buffer.from('fold'),
      actors: [{ userId: 'ann', state: Buffer.from('a') }],
      erased: [],
    });
  const snapshot = { model: 'm', version: 'v', sequence: 1, header: {}, chunks: [Buffer.alloc(3_000_000)] };

  it('fails what waits for it as unavailable, and does all of it once it answers again', async () => {
    const calls: Record<string, () => Promise<unknown>> = {
      query: () => store.ping(),
      save: () => save(10),
      reset: () => store.checkpoints.reset(2, 1),
      write: () => store.snapshots.write(snapshot),
      copy: () => copiedBytes(store.source, `SELECT 'x'::bytea`),
    };
    await store.checkpoints.fence(2, 1);
    await connected();
    await freeze();
    const since = performance.now();
    const outcomes = await Promise.all(
      Object.entries(calls).map(async ([name, call]) => [
        name,
        await call().catch((error: unknown) => error),
      ]),
    );
    expect(performance.now() - since).toBeLessThan(SILENCE_MS + SLACK_MS);
    const silent = expect.objectContaining({
      code: 'REK_STORE_UNAVAILABLE',
      message: expect.stringContaining(`silence for ${SILENCE_MS / 1_000} s`),
    });
    expect(Object.fromEntries(outcomes)).toEqual(
      Object.fromEntries(Object.keys(calls).map((name) => [name, silent])),
    );

    thaw();
    for (const call of Object.values(calls)) await call();
    expect((await store.checkpoints.fence(1, 1))!.sequence).toBe(10);
  });

  it('may take its time over a reset, and be silent where nobody waits for an answer', async () => {
    await store.checkpoints.fence(3, 1);
    const held = store.source.createQueryRunner();
    await held.query('SELECT pg_advisory_lock(1)');
    const reset = await store.source.transaction(async (manager) => {
      await manager.query('SELECT epoch FROM rekappa_partition WHERE partition = 3 FOR UPDATE');
      const waiting = store.checkpoints.reset(3, 1);
      // Longer than the silence, in statements that are not.
      for (let i = 0; i < 6; i++) await manager.query(`SELECT pg_sleep(${SILENCE_MS / 2_000})`);
      return { waiting };
    });
    await reset.waiting;
    expect(await held.query('SELECT pg_advisory_unlock(1) AS held')).toEqual([{ held: true }]);
    await held.release();
  });
});
