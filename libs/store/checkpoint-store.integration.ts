/** Promises of partition checkpoints, on a real Postgres. */
import { createHash } from 'node:crypto';
import { startServers, type TestServers } from '#testkit';
import { migrate } from './migrate.js';
import { openStore, type Store } from './store.js';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const text = (state: Uint8Array | undefined): string => Buffer.from(state!).toString();

describe('CheckpointStore', () => {
  let servers: TestServers;
  let url: string;
  let store: Store;
  let partition = 0;

  beforeAll(async () => {
    servers = await startServers({ postgres: true });
    url = await servers.newDatabase();
    await migrate(url);
    store = await openStore(url);
  }, 60_000);
  afterAll(async () => {
    await store.close();
    await servers.stop();
  });
  beforeEach(() => void partition++);

  const write = (epoch: number, sequence: number, users: Record<string, string>, erased: string[] = []) => ({
    partition,
    epoch,
    follows: 0,
    sequence,
    state: bytes(`fold@${sequence}`),
    erased,
    actors: Object.entries(users).map(([userId, state]) => ({ userId, state: bytes(state) })),
  });

  it('has nothing before the first checkpoint, and afterwards what was saved last', async () => {
    expect(await store.checkpoints.fence(partition, 5)).toBeUndefined();
    await store.checkpoints.save(write(5, 10, { ann: 'a1', bob: 'b1' }));
    await store.checkpoints.save(write(5, 20, { bob: 'b2', 'zoé ☕': 'z1' }, ['ann']));

    const checkpoint = await store.checkpoints.fence(partition, 6);
    expect([checkpoint!.sequence, text(checkpoint!.state)]).toEqual([20, 'fold@20']);
    const loaded = await store.checkpoints.load(partition, ['ann', 'bob', 'zoé ☕', 'nobody'], 0);
    expect([...loaded].map(([id, state]) => [id, text(state)]).sort()).toEqual([
      ['bob', 'b2'],
      ['zoé ☕', 'z1'],
    ]);
    expect((await store.checkpoints.sequences()).get(partition)).toBe(20);
  });

  it('refuses every write of an older epoch, and leaves nothing of it behind', async () => {
    await store.checkpoints.fence(partition, 5);
    await store.checkpoints.save(write(5, 10, { ann: 'old' }));
    await store.checkpoints.fence(partition, 9);

    await expect(
      store.checkpoints.save(write(5, 30, { ann: 'stale', bob: 'stale' }, ['ann'])),
    ).rejects.toMatchObject({ code: 'REK_STALE_EPOCH' });
    await expect(store.checkpoints.reset(partition, 5)).rejects.toMatchObject({ code: 'REK_STALE_EPOCH' });
    await expect(store.checkpoints.fence(partition, 8)).rejects.toMatchObject({
      code: 'REK_STALE_EPOCH',
      details: { floor: 9 },
    });

    expect((await store.checkpoints.fence(partition, 9))!.sequence).toBe(10);
    expect(text((await store.checkpoints.load(partition, ['ann'], 0)).get('ann'))).toBe('old');
    expect(await store.checkpoints.load(partition, ['bob'], 0)).toEqual(new Map());
  });

  it('notices that Postgres has forgotten a checkpoint or a fence, before anything stale is read or written', async () => {
    await store.checkpoints.fence(partition, 5);
    await store.checkpoints.save(write(5, 10, { ann: 'at 10', bob: 'at 10' }));
    const { checkpoints } = store;
    const forgotten = { code: 'REK_CHECKPOINT_LOST' };
    const later = write(5, 30, { bob: 'at 30' });
    await expect(checkpoints.load(partition, ['ann'], 20)).rejects.toMatchObject(forgotten);
    await expect(checkpoints.load(partition, ['nobody'], 20)).rejects.toMatchObject(forgotten);
    await expect(checkpoints.save({ ...later, follows: 20 })).rejects.toMatchObject(forgotten);
    await expect(checkpoints.save({ ...later, epoch: 6, follows: 10 })).rejects.toMatchObject(forgotten);
    expect(text((await checkpoints.load(partition, ['bob'], 10)).get('bob'))).toBe('at 10');
    await checkpoints.save({ ...later, follows: 10 });
    await store.source.query(`DELETE FROM rekappa_partition WHERE partition = $1`, [partition]);
    await expect(checkpoints.load(partition, ['ann'], 30)).rejects.toMatchObject(forgotten);
    await expect(checkpoints.save({ ...later, follows: 30 })).rejects.toMatchObject(forgotten);
  });

  it('lets an heir in although the former owner stopped in the middle of a save', async () => {
    await store.checkpoints.fence(partition, 1);
    await store.checkpoints.save(write(1, 10, { ann: 'a' }));
    const frozen = await openStore(url);
    const runner = frozen.source.createQueryRunner();
    await runner.startTransaction();
    await runner.query(`SELECT epoch FROM rekappa_partition WHERE partition = ${partition} FOR UPDATE`);

    expect((await store.checkpoints.fence(partition, 2))!.sequence).toBe(10);
    await expect(runner.commitTransaction()).rejects.toThrow();
    await runner.release();
    await frozen.close();
  }, 15_000);

  it('lets exactly one of two owners that save at once win, whole', async () => {
    await store.checkpoints.fence(partition, 1);
    for (let round = 2; round < 12; round++) {
      const old = store.checkpoints.save(write(round - 1, round, { ann: `by ${round - 1}` })).then(
        () => true,
        () => false,
      );
      const fence = store.checkpoints.fence(partition, round);
      const [oldWon, seen] = await Promise.all([old, fence]);
      const ann = await store.checkpoints.load(partition, ['ann'], 0);
      // The fence that saw the save hands its sequence over; the one that did not has refused it.
      if (oldWon) expect([seen!.sequence, text(ann.get('ann'))]).toEqual([round, `by ${round - 1}`]);
      else expect(seen?.sequence ?? 0).toBeLessThan(round);
    }
  });

  it('detects a damaged actor row, a damaged partition row and rows that changed places', async () => {
    await store.checkpoints.fence(partition, 1);
    await store.checkpoints.save(write(1, 10, { ann: 'a', bob: 'b', eve: 'e' }));
    const sql = (statement: string) => store.source.query(`${statement} AND partition = ${partition}`);

    await sql(`UPDATE rekappa_actor SET state = set_byte(state, 0, 0) WHERE user_id = 'ann'`);
    await expect(store.checkpoints.load(partition, ['ann'], 0)).rejects.toMatchObject({
      code: 'REK_SNAPSHOT_INVALID',
    });
    await store.source.query(
      `UPDATE rekappa_actor a SET state = b.state, sha256 = b.sha256 FROM rekappa_actor b
       WHERE a.user_id = 'bob' AND b.user_id = 'eve' AND a.partition = $1 AND b.partition = $1`,
      [partition],
    );
    await expect(store.checkpoints.load(partition, ['bob'], 0)).rejects.toMatchObject({
      code: 'REK_SNAPSHOT_INVALID',
    });
    expect(text((await store.checkpoints.load(partition, ['eve'], 0)).get('eve'))).toBe('e');
    await sql(`UPDATE rekappa_partition SET sequence = 11 WHERE true`);
    await expect(store.checkpoints.fence(partition, 2)).rejects.toMatchObject({
      code: 'REK_SNAPSHOT_INVALID',
    });

    await store.checkpoints.reset(partition, 2);
    expect(await store.checkpoints.fence(partition, 2)).toBeUndefined();
    expect(await store.checkpoints.load(partition, ['ann', 'bob', 'eve'], 0)).toEqual(new Map());
  });

  it('walks all users of a partition in byte order of their ids', async () => {
    await store.checkpoints.fence(partition, 1);
    const ids = [
      'b',
      'a',
      'Z',
      'é',
      '10',
      '9',
      '☕',
      ...Array.from({ length: 2_500 }, (_, i) => `user-${i}`),
    ];
    await store.checkpoints.save(write(1, 1, Object.fromEntries(ids.map((id) => [id, id]))));
    const walked: string[] = [];
    for await (const { userId } of store.checkpoints.users(partition)) walked.push(userId);
    expect(walked).toEqual([...ids].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
  });

  it('keeps namespaces apart', async () => {
    const other = await openStore(url, { namespace: 'acme' });
    await other.checkpoints.fence(partition, 100);
    await other.checkpoints.save(write(100, 7, { ann: 'theirs' }));
    expect(await store.checkpoints.fence(partition, 1)).toBeUndefined();
    expect(await store.checkpoints.load(partition, ['ann'], 0)).toEqual(new Map());
    await other.close();
  });

  it('saves thousands of actors at once, again and again, and finds each', async () => {
    await store.checkpoints.fence(partition, 1);
    const stateOf = (user: string, round: number) => createHash('sha512').update(`${user} ${round}`).digest();
    const users = Array.from({ length: 5_000 }, (_, i) => `user-${i}`);
    for (let round = 1; round <= 2; round++)
      await store.checkpoints.save({
        partition,
        epoch: 1,
        follows: round - 1,
        sequence: round,
        state: bytes('s'),
        actors: users.map((userId) => ({ userId, state: stateOf(userId, round) })),
        erased: [],
      });
    const loaded = await store.checkpoints.load(partition, users, 2);
    expect(loaded.size).toBe(users.length);
    for (const user of users) expect(stateOf(user, 2).equals(loaded.get(user)!)).toBe(true);
  });

  it('says that Postgres is away, and works again when it is back', async () => {
    await store.checkpoints.fence(partition, 1);
    await servers.postgres!.stop();
    await expect(store.checkpoints.save(write(1, 10, { ann: 'a' }))).rejects.toMatchObject({
      code: 'REK_STORE_UNAVAILABLE',
      retryable: true,
    });
    await servers.postgres!.restart();
    await store.checkpoints.save(write(1, 10, { ann: 'a' }));
    expect((await store.checkpoints.fence(partition, 1))!.sequence).toBe(10);
  }, 30_000);
});
