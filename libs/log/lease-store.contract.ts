/** What every LeaseStore promises. Run against memory and against a real server. */
import { until } from '#kernel';
import type { LeaseStore } from './lease-store.js';

export interface LeaseBench {
  /** An empty store. */
  store: LeaseStore;
  /** A second client of the same store, as another process has it. */
  other: LeaseStore;
  /** Lets `ms` pass. */
  pass(ms: number): Promise<void>;
}

export function describeLeaseStore(name: string, open: () => Promise<LeaseBench>): void {
  describe(`LeaseStore promises (${name})`, () => {
    let bench: LeaseBench;
    beforeEach(async () => {
      bench = await open();
    });

    it('gives one lease to two racers', async () => {
      const { store, other } = bench;
      for (let partition = 0; partition < 20; partition++) {
        const [a, b] = await Promise.all([store.acquire(partition, 'a'), other.acquire(partition, 'b')]);
        expect([a, b].filter(Boolean)).toHaveLength(1);
        expect((await store.held()).get(partition)).toEqual({
          hostId: (a ?? b)!.hostId,
          epoch: (a ?? b)!.epoch,
        });
      }
    });

    it('keeps a renewed lease beyond its time to live, under one epoch', async () => {
      const { store, other, pass } = bench;
      const lease = (await store.acquire(3, 'a'))!;
      for (let i = 0; i < 6; i++) {
        await pass(store.leaseMs / 3);
        expect(await store.renew(lease)).toBe(true);
        expect(await other.acquire(3, 'b')).toBeUndefined();
      }
      expect((await other.held()).get(3)).toEqual({ hostId: 'a', epoch: lease.epoch });
    });

    it('forgives a renewal whose answer was lost, and releases such a lease too', async () => {
      const { store, other } = bench;
      const lease = (await store.acquire(3, 'a'))!;
      const asKnown = { ...lease };
      expect(await store.renew({ ...lease })).toBe(true); // stored; the host did not hear of it
      expect(await store.renew(asKnown)).toBe(true);
      expect(await other.acquire(3, 'b')).toBeUndefined();
      const asKnownLater = { ...asKnown };
      expect(await store.renew(asKnown)).toBe(true);
      await store.release(asKnownLater);
      expect(await other.acquire(3, 'b')).toMatchObject({ hostId: 'b' });
    });

    it('lets an unrenewed lease expire, refuses its zombie, and gives the next owner a higher epoch', async () => {
      const { store, other, pass } = bench;
      const zombie = (await store.acquire(3, 'a'))!;
      await pass(store.leaseMs * 1.2);
      const heir = await eventually(() => other.acquire(3, 'b'));
      expect(heir.epoch).toBeGreaterThan(zombie.epoch);
      expect(await store.renew(zombie)).toBe(false);
      await store.release(zombie);
      expect((await store.held()).get(3)).toEqual({ hostId: 'b', epoch: heir.epoch });
      expect(await other.renew(heir)).toBe(true);
    });

    it('refuses a zombie though nobody has taken over yet', async () => {
      const { store, pass } = bench;
      const zombie = (await store.acquire(3, 'a'))!;
      await pass(store.leaseMs * 1.2);
      await until('the lease has expired', async () => !(await store.held()).has(3));
      expect(await store.renew(zombie)).toBe(false);
    });

    it('frees a released lease at once, with a higher epoch for the next', async () => {
      const { store, other } = bench;
      const first = (await store.acquire(3, 'a'))!;
      await store.release(first);
      expect((await store.held()).has(3)).toBe(false);
      const second = (await other.acquire(3, 'b'))!;
      expect(second.epoch).toBeGreaterThan(first.epoch);
      expect(await store.renew(first)).toBe(false);
    });

    it('starts above the floor it is given, and keeps that epoch through renewals', async () => {
      const { store, other } = bench;
      const lease = (await store.acquire(3, 'a', 1_000_000))!;
      expect(lease.epoch).toBe(1_000_001);
      expect((await other.held()).get(3)!.epoch).toBe(1_000_001);
      expect(await store.renew(lease)).toBe(true);
      expect((await other.held()).get(3)!.epoch).toBe(1_000_001);
    });

    it('lists live hosts, and forgets those that fall silent or withdraw', async () => {
      const { store, other, pass } = bench;
      await store.announce('host a/1');
      await other.announce('b');
      expect(await store.hosts()).toEqual(['b', 'host a/1']);
      expect(await other.announcedAt('host a/1')).toBeLessThanOrEqual((await store.announcedAt('b'))!);
      expect(await store.announcedAt('nobody')).toBeUndefined();
      await other.withdraw('b');
      expect(await store.hosts()).toEqual(['host a/1']);
      await pass(store.leaseMs * 1.2);
      await until('the silent host is forgotten', async () => (await store.hosts()).length === 0);
    });
  });
}

async function eventually<T>(operation: () => Promise<T | undefined>): Promise<T> {
  let result: T | undefined;
  await until('it succeeds', async () => (result = await operation()) !== undefined);
  return result!;
}
