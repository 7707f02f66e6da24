/** Promises of the store of users' keys, on a real Postgres. */
import { startServers, type TestServers } from '#testkit';
import type { StoredKey } from '#privacy';
import { migrate } from './migrate.js';
import { openStore, type Store } from './store.js';

let servers: TestServers;
let url: string;
let store: Store;

beforeAll(async () => {
  servers = await startServers({ postgres: true });
  url = await servers.newDatabase();
  await migrate(url);
  store = await openStore(url);
}, 60_000);
afterAll(async () => {
  await store?.close();
  await servers?.stop();
});

const key = (keyId: string, reference: string): StoredKey => ({
  keyId,
  reference,
  wrapped: `wrapped ${keyId}`,
  name: `name ${keyId}`,
});
const checkpoint = (sequence: number, forgotten: string[]) => ({
  partition: 0,
  epoch: 1,
  follows: 0,
  sequence,
  state: Buffer.from('s'),
  actors: [],
  erased: [],
  forgotten,
});

describe('UserKeyStore', () => {
  it('keeps the first of two keys that two processes make of one user', async () => {
    await Promise.all([
      store.keys.create([key('a1', 'ann'), key('b1', 'bob')]),
      store.keys.create([key('b2', 'bob'), key('a2', 'ann')]),
    ]);
    const active = await store.keys.active(['ann', 'bob', 'nobody']);
    expect(active.map(({ reference }) => reference).sort()).toEqual(['ann', 'bob']);
    await store.keys.create([key('a3', 'ann')]);
    expect(await store.keys.active(['ann', 'bob'])).toEqual(active);
  });

  it('gives the keys of a person, visitors first, and then seals with none of them', async () => {
    await store.keys.create([key('v', 'visitor'), key('w', 'other visitor'), key('z', 'zoe')]);
    await store.keys.link('w', 'v');
    await store.keys.link('v', 'z');
    await store.keys.link('v', 'z');
    const person = await store.keys.beginErasure(['zoe']);
    expect(person.map(({ keyId }) => keyId)).toEqual(['v', 'w', 'z']);
    expect(await store.keys.active(['visitor', 'other visitor', 'zoe'])).toEqual([]);
    expect(await store.keys.beginErasure(['zoe'])).toEqual(person);
    await store.keys.create([key('z2', 'zoe')]);
    expect((await store.keys.active(['zoe']))[0]).toMatchObject({ keyId: 'z2' });
  });

  it('destroys keys with a checkpoint, all of it or nothing, and leaves only their names', async () => {
    await store.keys.create([key('gone', 'gina')]);
    await store.checkpoints.fence(0, 2);
    await expect(store.checkpoints.save(checkpoint(5, ['gone']))).rejects.toMatchObject({
      code: 'REK_STALE_EPOCH',
    });
    expect((await store.keys.read(['gone'])).get('gone')).toEqual({
      status: 'active',
      wrapped: 'wrapped gone',
    });
    await store.checkpoints.save({ ...checkpoint(5, ['gone', 'never-stored']), epoch: 2 });
    const rows: object[] = await store.source.query(
      `SELECT * FROM rekappa_user_key WHERE key_id IN ('gone', 'never-stored')`,
    );
    const left = { status: 'erased', reference: null, wrapped: null, name: null };
    expect(rows).toEqual([expect.objectContaining(left), expect.objectContaining(left)]);
    expect(await store.keys.beginErasure(['gina'])).toEqual([]);
  });

  it('tells lost from erased, and remembers how it began', async () => {
    expect((await store.keys.read(['unknown'])).has('unknown')).toBe(false);
    await store.keys.declareLost(['unknown', 'z2']);
    const read = await store.keys.read(['unknown', 'z2']);
    expect([read.get('unknown')?.status, read.get('z2')?.status]).toEqual(['lost', 'active']);
    expect(await store.keys.beginning()).toBeUndefined();
    const never = Number.MAX_SAFE_INTEGER;
    for (const [check, from, clearThrough] of [
      ['first', 7, 7],
      ['second', 9, 7],
      ['third', Infinity, never],
      ['fourth', 9, never],
    ] as const) {
      await store.keys.begin(check, from);
      expect(await store.keys.beginning()).toEqual({ check: 'first', clearThrough });
    }
  });

  it('replaces what wraps keys, page by page, and keeps one that seals of two of one user', async () => {
    const seen: string[] = [];
    for (let after = ''; ;) {
      const page = await store.keys.page(after, 2);
      if (page.length === 0) break;
      seen.push(...page.map(({ keyId }) => keyId));
      after = page.at(-1)!.keyId;
    }
    expect(seen).toEqual([...seen].sort());
    expect(seen).toContain('z2');
    expect(seen).not.toContain('gone');
    await store.keys.create([key('r1', 'rob, old'), key('r2', 'rob, new'), key('s1', 'sue, old')]);
    const anew = ['r1', 's1', 'gone'].map((keyId) => ({
      keyId,
      reference: keyId === 's1' ? 'sue, new' : 'rob, new',
      wrapped: 'anew',
    }));
    expect(await store.keys.rewrap(anew)).toBe(1);
    const read = await store.keys.read(['r1', 'r2', 's1', 'gone']);
    expect([...read.values()].map(({ status, wrapped }) => `${status} ${wrapped}`).sort()).toEqual([
      'active anew',
      'active wrapped r2',
      'erased null',
      'former anew',
    ]);
    expect((await store.keys.active(['rob, new', 'sue, new'])).map(({ keyId }) => keyId).sort()).toEqual([
      'r2',
      's1',
    ]);
    const rob = await store.keys.beginErasure(['rob, old', 'rob, new']);
    expect(rob.map(({ keyId }) => keyId)).toEqual(['r1', 'r2']);
    await store.keys.rewrapCheck('replaced');
    expect(await store.keys.beginning()).toMatchObject({ check: 'replaced' });
  });

  it('keeps namespaces apart', async () => {
    const other = await openStore(url, { namespace: 'acme' });
    expect(await other.keys.active(['ann'])).toEqual([]);
    await other.keys.create([key('a1', 'ann')]);
    expect(await other.keys.active(['ann'])).toHaveLength(1);
    await other.close();
  });
});
