/** What sealing promises: a key opens what it sealed and nothing else does, and with and without the key the fold agrees. */
import { randomBytes } from 'node:crypto';
import { partitionOf } from '#kernel';
import { LogFold } from '#evaluation';
import { loadSettings } from '#config';
import { foldSettingsOf, SettingsHistory } from '#interest';
import { memoryTopology } from '#log';
import {
  encodeFrame,
  type Erase,
  type Forget,
  type Interaction,
  type LogEvent,
  type Sealed,
  type UserEvent,
} from '#events';
import { DataKey } from './data-key.js';
import { MasterKey } from './master-key.js';
import { MasterKeys } from './master-keys.js';
import { MemoryKeyStore } from './memory-key-store.fixture.js';
import { openUserKeys } from './open-user-keys.js';
import { rewrapKeys } from './rewrap-keys.js';
import { sealEvents } from './seal-events.js';
import { SealedReader } from './sealed-reader.js';
import { UserKeys } from './user-keys.js';

const SECRET = randomBytes(32).toString('base64');
const NOW = 1_700_000_000_000;
const OPTIONS = { cachedMax: 100, cacheSeconds: 60 };
let events = 0;

const click = (userId: string, itemId = 'i'): Interaction => ({
  kind: 'interaction',
  type: 'click',
  userId,
  itemId,
  eventId: `e${++events}`,
  timestamp: NOW + events,
  version: 1,
});
const erase = (userId: string): Erase => ({
  kind: 'erase',
  userId,
  eventId: `e${++events}`,
  timestamp: NOW + events,
  version: 1,
});
const forget = (key: string): Forget => ({
  kind: 'forget',
  key,
  eventId: `e${++events}`,
  timestamp: NOW + events,
  version: 1,
});
const open = (store: MemoryKeyStore, secret = SECRET) =>
  UserKeys.open(store, MasterKeys.parse(secret, 'default'), OPTIONS, 0);

describe('a sealed event', () => {
  it('opens with its key, and shows nothing of it without', () => {
    const key = DataKey.random();
    const event = click('marker-user', 'marker-item');
    const sealed = key.seal(event);
    expect(JSON.parse(key.open(sealed))).toEqual(event);
    expect(JSON.stringify(sealed)).not.toContain('marker');
    expect(key.seal(event).box).not.toBe(sealed.box);
  });

  it.each<[string, (sealed: Sealed) => Sealed]>([
    ['its text', (s) => ({ ...s, box: `${s.box[0] === 'A' ? 'B' : 'A'}${s.box.slice(1)}` })],
    ['its length', (s) => ({ ...s, box: s.box.slice(0, 8) })],
    ['its time', (s) => ({ ...s, timestamp: s.timestamp + 1 })],
    ['its epoch', (s) => ({ ...s, epoch: 7 })],
    ['its nonce', (s) => ({ ...s, eventId: 'AAAAAAAAAAAAAAAA' })],
  ])('does not open when somebody altered %s', (_, alter) => {
    const key = DataKey.random();
    expect(() => key.open(alter(key.seal(click('u'))))).toThrow();
  });

  it('does not open with another user’s key', () => {
    expect(() => DataKey.random().open(DataKey.random().seal(click('u')))).toThrow();
  });
});

describe('users’ keys', () => {
  it('are one a user, found again by another process, and wrapped in the store', async () => {
    const store = new MemoryKeyStore();
    const [one] = await (await open(store)).seal([click('ann')]);
    const [two, three] = await (await open(store)).seal([click('ann'), click('bob')]);
    expect([two!.key, three!.key === one!.key]).toEqual([one!.key, false]);
    const ring = await (await open(store)).toOpen([one!.key]);
    expect(JSON.parse(ring.get(one!.key)!.open(one!))).toMatchObject({ userId: 'ann' });
    const dump = JSON.stringify([...store.rows]);
    expect(dump).not.toContain('ann');
    expect(dump).not.toContain(ring.get(one!.key)!.bytes.toString('base64'));
  });

  it('do not open under another master key, which is noticed at start', async () => {
    const store = new MemoryKeyStore();
    await open(store);
    await expect(open(store, randomBytes(32).toString('base64'))).rejects.toMatchObject({
      code: 'REK_KEY_LOST',
    });
    expect(() => new MasterKey('c2hvcnQ=', 'default')).toThrow(/32 bytes/);
  });

  it('are asked for where users are sealed already: nothing new goes in the clear beside them', async () => {
    const store = new MemoryKeyStore();
    const log = memoryTopology(4).log;
    const without = loadSettings({});
    expect(await openUserKeys(without, store, log)).toBeUndefined();
    const keys = await open(store);
    await sealEvents(keys, [click('ann')], 4);
    await expect(openUserKeys(without, store, log)).rejects.toMatchObject({ code: 'REK_CONFIG_INVALID' });
  });

  it('that the store has forgotten are lost, not erased, until somebody gives them up', async () => {
    const store = new MemoryKeyStore();
    const [sealed] = await (await open(store)).seal([click('ann')]);
    store.rows.clear();
    const keys = await open(store);
    await expect(keys.toOpen([sealed!.key])).rejects.toMatchObject({
      code: 'REK_KEY_LOST',
      details: { keyId: sealed!.key },
    });
    await store.declareLost([sealed!.key]);
    expect((await keys.toOpen([sealed!.key])).get(sealed!.key)).toBeUndefined();
  });

  it('of visitors merged into a user are erased with the user’s, not the other way round', async () => {
    const store = new MemoryKeyStore();
    const keys = await open(store);
    const merge: UserEvent = {
      ...click('visitor'),
      kind: 'merge',
      intoUserId: 'ann',
    } as unknown as UserEvent;
    await keys.seal([click('visitor'), click('ann'), merge]);
    expect((await keys.beginErasure('visitor')).map(({ userId }) => userId)).toEqual(['visitor']);
    expect((await keys.beginErasure('ann')).map(({ userId }) => userId)).toEqual(['visitor', 'ann']);
  });

  it('of an erased user seal nothing more: who comes back gets another', async () => {
    const store = new MemoryKeyStore();
    const keys = await open(store);
    const [before] = await keys.seal([click('ann')]);
    await keys.beginErasure('ann');
    const [after] = await keys.seal([click('ann')]);
    expect(after!.key).not.toBe(before!.key);
    store.destroy([before!.key]);
    keys.destroyed([before!.key]);
    expect((await keys.toOpen([before!.key])).get(before!.key)).toBeUndefined();
  });
});

describe('a master key that is rotated', () => {
  const next = randomBytes(32).toString('base64');
  const user = async (keys: UserKeys, sealed: Sealed): Promise<unknown> =>
    JSON.parse((await keys.toOpen([sealed.key])).get(sealed.key)!.open(sealed));
  const rewrap = (store: MemoryKeyStore, masters: string) =>
    rewrapKeys(store, MasterKeys.parse(masters, 'default'), () => {});

  it('is overlapped by the next: all processes read and seal at every step, and at last the old one opens nothing', async () => {
    const store = new MemoryKeyStore();
    const old = await open(store);
    const [ann] = await old.seal([click('ann')]);
    // One process has gone on to the new key while another has not: each opens and finds what the other makes.
    const reading = await open(store, `${SECRET},${next}`);
    const writing = await open(store, `${next}, ${SECRET}`);
    const [bob] = await writing.seal([click('bob')]);
    expect(await user(reading, bob!)).toMatchObject({ userId: 'bob' });
    expect((await reading.seal([click('bob')]))[0]!.key).toBe(bob!.key);
    expect((await writing.seal([click('ann')]))[0]!.key).toBe(ann!.key);

    expect(await rewrap(store, `${next},${SECRET}`)).toEqual({ rewrapped: 1, current: 1, former: 0 });
    expect(await rewrap(store, `${next},${SECRET}`)).toEqual({ rewrapped: 0, current: 2, former: 0 });
    const alone = await open(store, next);
    expect(await user(alone, ann!)).toMatchObject({ userId: 'ann' });
    expect((await alone.seal([click('ann')]))[0]!.key).toBe(ann!.key);
    await expect(open(store)).rejects.toMatchObject({ code: 'REK_KEY_LOST' });
  });

  it('leaves one key that seals where two processes made two, and both are erased with their user', async () => {
    const store = new MemoryKeyStore();
    const [one] = await (await open(store)).seal([click('ann')]);
    const hidden = new Map(store.rows);
    store.rows.clear(); // as if the other had not been there yet
    const [two] = await (await open(store, `${next},${SECRET}`)).seal([click('ann')]);
    hidden.forEach((row, id) => store.rows.set(id, row));
    expect(await rewrap(store, `${next},${SECRET}`)).toEqual({ rewrapped: 1, current: 1, former: 1 });
    const keys = await open(store, next);
    expect((await keys.seal([click('ann')]))[0]!.key).toBe(two!.key);
    expect(await user(keys, one!)).toMatchObject({ userId: 'ann' });
    const erased = await keys.beginErasure('ann');
    expect(erased.map(({ key }) => key.id).sort()).toEqual([one!.key, two!.key].sort());
  });

  it('is refused when there are too many, or one is none', () => {
    expect(() => MasterKeys.parse([SECRET, next, SECRET, next].join(','), 'default')).toThrow(/at most 3/);
    expect(() => MasterKeys.parse(`${SECRET},`, 'default')).toThrow(/32 bytes/);
  });

  it('is not replaced where a key opens under none of them', async () => {
    const store = new MemoryKeyStore();
    await (await open(store)).seal([click('ann')]);
    await expect(rewrap(store, next)).rejects.toMatchObject({ code: 'REK_KEY_LOST' });
    await expect(open(store)).resolves.toBeDefined();
  });
});

describe('the fold of a sealed log', () => {
  const PARTITIONS = 2;
  const settings = foldSettingsOf(loadSettings({}));
  let passedOver = 0;

  async function folded(log: readonly LogEvent[][], partitionOfFrame: readonly number[], keys: UserKeys) {
    const fold = new LogFold(PARTITIONS, new SettingsHistory(settings), () => undefined);
    passedOver = 0;
    const reader = new SealedReader(keys, PARTITIONS, () => passedOver++);
    for (const [at, frame] of log.entries()) {
      const message = {
        sequence: at + 1,
        subject: `log.user.${partitionOfFrame[at]}`,
        appendedAt: NOW + 1_000,
        payload: encodeFrame(frame),
        header: () => undefined,
      };
      const [entries] = await reader.open([{ sequence: at + 1, ...fold.decode(message) }]);
      fold.foldUsers(partitionOfFrame[at]!, at + 1, NOW + 1_000, entries!);
    }
    return fold;
  }

  it('is that of the same events in the clear', async () => {
    const keys = await open(new MemoryKeyStore());
    const clear = [click('ann'), click('ann', 'j'), click('ann')];
    const p = partitionOf('ann', PARTITIONS);
    const sealed = await folded([await keys.seal(clear)], [p], keys);
    const plain = await folded([clear], [p], keys);
    expect(sealed.partitions.map((one) => one.hash())).toEqual(plain.partitions.map((one) => one.hash()));
    expect(sealed.partitions[p]!.hash().users).toBe(1);
  });

  it('is the same behind an erasure with the key and without, whatever comes late, in one frame or in several', async () => {
    const store = new MemoryKeyStore();
    const keys = await open(store);
    const p = partitionOf('ann', PARTITIONS);
    const bob = ['bob', 'carl', 'dora', 'eve', 'fay'].find((id) => partitionOf(id, PARTITIONS) === p)!;
    const before = await keys.seal([click('ann'), click(bob), click('ann', 'j')]);
    const late = await keys.seal([click('ann', 'late')]);
    const { key } = (await keys.beginErasure('ann'))[0]!;
    const erasure = [key.seal(erase('ann')), forget(key.id)];
    const again = await keys.seal([click('ann', 'again')]);
    for (const log of [
      [before, erasure, late, again],
      [before, [...erasure, ...late], again],
      [[...before, ...erasure, ...late, ...again]],
    ]) {
      const hashes: unknown[] = [];
      const at = log.map(() => p);
      hashes.push((await folded(log, at, keys)).partitions[p]!.hash());
      const rows = new Map(store.rows);
      store.destroy([key.id]);
      const without = await folded(log, at, await open(store));
      hashes.push(without.partitions[p]!.hash());
      expect(hashes[1]).toEqual(hashes[0]);
      expect(passedOver).toBe(4);
      expect(without.partitions[p]!.peek('ann')!.counters.interactions).toBe(1);
      rows.forEach((row, id) => store.rows.set(id, row));
    }
  });

  it('refuses what opens to another partition’s user, or to no event', async () => {
    const keys = await open(new MemoryKeyStore());
    const p = partitionOf('ann', PARTITIONS);
    const [stray] = await keys.seal([click('ann')]);
    const { key } = (await keys.beginErasure('ann'))[0]!;
    const odd = key.seal({ ...click('ann'), kind: 'nonsense' } as unknown as UserEvent);
    const fold = await folded([[stray!], [odd]], [1 - p, p], keys);
    expect(fold.partitions.map((one) => one.hash().users)).toEqual([0, 0]);
    expect(fold.partitions.map((one) => one.fold.counters.rejected)).toEqual([1, 1]);
  });
});
