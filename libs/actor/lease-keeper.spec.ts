/** Promises of the lease keeper: shares are fair, and no two hosts ever hold one partition at the same time. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ManualClock, SeededRandom, until } from '#kernel';
import { MemoryLeaseStore, type LeaseStore } from '#log';
import { LeaseKeeper, type LeaseKeeperOptions } from './lease-keeper.js';

const LEASE_MS = 4_000;

/** One lease server, seen through networks whose answers can be slow, lost before or lost after their effect. */
class LeaseServer {
  private readonly store: MemoryLeaseStore;

  constructor(private readonly clock: ManualClock) {
    this.store = new MemoryLeaseStore(LEASE_MS, clock);
  }

  port(network: () => 'fine' | 'lost before' | 'lost after' | number = () => 'fine'): LeaseStore {
    const { store } = this;
    const via = async <T>(effect: () => Promise<T>): Promise<T> => {
      const fate = network();
      if (fate === 'lost before') throw new Error('no answer');
      const result = await effect();
      if (fate === 'lost after') throw new Error('no answer');
      if (typeof fate === 'number') this.clock.advance(fate); // the answer takes its time
      return result;
    };
    return {
      leaseMs: LEASE_MS,
      acquire: (partition, hostId, floor) => via(() => store.acquire(partition, hostId, floor)),
      renew: async (lease) => {
        const sent = { ...lease }; // a lost answer leaves the caller with the old revision
        const renewed = await via(() => store.renew(sent));
        lease.revision = sent.revision;
        return renewed;
      },
      release: (lease) => via(() => store.release(lease)),
      held: () => via(() => store.held()),
      announce: (hostId) => via(() => store.announce(hostId)),
      announcedAt: (hostId) => via(() => store.announcedAt(hostId)),
      withdraw: (hostId) => via(() => store.withdraw(hostId)),
      hosts: () => via(() => store.hosts()),
    };
  }
}

function host(
  hostId: string,
  leases: LeaseStore,
  clock: ManualClock,
  options: Partial<LeaseKeeperOptions> = {},
) {
  const seen: string[] = [];
  const keeper: LeaseKeeper = new LeaseKeeper(
    leases,
    {
      acquired: (lease) => seen.push(`acquired ${lease.partition}`),
      dropped: (lease, reason) => seen.push(`dropped ${lease.partition} ${reason}`),
      releasing: async (lease) => void seen.push(`releasing ${lease.partition}`),
      failed: () => undefined,
    },
    clock,
    { hostId, partitions: 16, ...options },
  );
  return { keeper, seen };
}

describe('LeaseKeeper', () => {
  it('takes everything alone, and its fair share beside others', async () => {
    const clock = new ManualClock(1_000);
    const server = new LeaseServer(clock);
    const hosts = [host('a', server.port(), clock)];
    await hosts[0]!.keeper.round();
    expect(hosts[0]!.keeper.held).toHaveLength(16);

    hosts.push(host('b', server.port(), clock), host('c', server.port(), clock));
    for (let i = 0; i < 6; i++) {
      clock.advance(LEASE_MS / 3);
      for (const { keeper } of hosts) await keeper.round();
    }
    expect(hosts.map(({ keeper }) => keeper.held.length).sort()).toEqual([4, 6, 6]);
    const owned = hosts.flatMap(({ keeper }) => keeper.held.map((lease) => lease.partition));
    expect(owned.sort((x, y) => x - y)).toEqual(Array.from({ length: 16 }, (_, i) => i));
  });

  it('takes over the partitions of a dead host within two leases', async () => {
    const clock = new ManualClock(1_000);
    const server = new LeaseServer(clock);
    const [a, b] = [host('a', server.port(), clock), host('b', server.port(), clock)];
    for (let i = 0; i < 6; i++) for (const { keeper } of [a, b]) await keeper.round();
    expect([a.keeper.held.length, b.keeper.held.length]).toEqual([8, 8]);
    const diedAt = clock.now();
    while (b.keeper.held.length < 16) {
      clock.advance(LEASE_MS / 3);
      await b.keeper.round();
    }
    expect(clock.now() - diedAt).toBeLessThanOrEqual(2 * LEASE_MS);
  });

  it('survives a hiccup shorter than its local deadline, and gives up by itself in a longer one', async () => {
    const clock = new ManualClock(1_000);
    let network: 'fine' | 'lost before' = 'fine';
    const { keeper, seen } = host(
      'a',
      new LeaseServer(clock).port(() => network),
      clock,
    );
    await keeper.round();
    network = 'lost before';
    clock.advance(LEASE_MS * 0.7);
    await keeper.round();
    expect(keeper.held).toHaveLength(16);
    network = 'fine';
    await keeper.round();

    network = 'lost before';
    clock.advance(LEASE_MS * 0.85);
    expect(keeper.holds(3, keeper.held.find((lease) => lease.partition === 3)!.epoch)).toBe(false);
    keeper.expire();
    expect(keeper.held).toEqual([]);
    expect(seen.filter((line) => line.endsWith('expired'))).toHaveLength(16);
  });

  it('stops at once when a renewal is refused', async () => {
    const clock = new ManualClock(1_000);
    const server = new LeaseServer(clock);
    const { keeper, seen } = host('a', server.port(), clock, { partitions: 1 });
    await keeper.round();
    await server.port().release(keeper.held[0]!);
    await keeper.round();
    expect(seen.slice(0, 2)).toEqual(['acquired 0', 'dropped 0 refused']);
  });

  it('drains before it releases, and acquires nothing while closing', async () => {
    const clock = new ManualClock(1_000);
    const server = new LeaseServer(clock);
    const { keeper, seen } = host('a', server.port(), clock, { partitions: 2 });
    await keeper.round();
    await keeper.close();
    await keeper.round();
    expect(seen).toEqual(['acquired 0', 'acquired 1', 'releasing 0', 'releasing 1']);
    expect((await server.port().held()).size).toBe(0);
  });

  it('lets a drain that a newcomer had caused come to its end before it closes, and gives that lease back, too', async () => {
    const clock = new ManualClock(1_000);
    const server = new LeaseServer(clock);
    const draining: (() => void)[] = [];
    let [drained, givenBack] = [0, 0];
    const leases = server.port();
    const slow: LeaseStore = {
      ...leases,
      release: async (lease) => {
        await nextTurn(); // by now it is no longer among those held
        await leases.release(lease);
        givenBack++;
      },
    };
    const keeper = new LeaseKeeper(
      slow,
      {
        acquired: () => undefined,
        dropped: () => undefined,
        releasing: async () => {
          await new Promise<void>((resolve) => draining.push(resolve));
          drained++;
        },
        failed: () => undefined,
      },
      clock,
      { hostId: 'a', partitions: 2 },
    );
    await keeper.round();
    await host('b', server.port(), clock, { partitions: 2 }).keeper.round();
    await keeper.round();
    expect(draining).toHaveLength(1);

    let closed = false;
    const closing = keeper.close().then(() => (closed = true));
    await until('the other one drains, too', () => draining.length === 2);
    draining[1]!();
    await until('it is given back', () => givenBack === 1);
    await nextTurn();
    expect([closed, drained]).toEqual([false, 1]);
    draining[0]!();
    await closing;
    expect([drained, givenBack]).toEqual([2, 2]);
    expect((await server.port().held()).size).toBe(0);
  });

  it('asks for a higher epoch than one that was seen elsewhere', async () => {
    const clock = new ManualClock(1_000);
    const { keeper } = host('a', new LeaseServer(clock).port(), clock, { partitions: 1 });
    await keeper.round();
    await keeper.abandon(keeper.held[0]!, 500);
    await keeper.round();
    expect(keeper.held[0]!.epoch).toBe(501);
  });

  /** Runs three hosts over a bad network. @returns how often two of them held one partition at once */
  async function conflicts(seed: number, unsafeValidMs?: number): Promise<number> {
    const random = new SeededRandom(seed);
    const clock = new ManualClock(1_000);
    const server = new LeaseServer(clock);
    const badNetwork = () => {
      const dice = random.next();
      if (dice < 0.15) return 'lost before' as const;
      if (dice < 0.3) return 'lost after' as const;
      return dice < 0.5 ? random.below(LEASE_MS * 1.5) : ('fine' as const);
    };
    const keepers = ['a', 'b', 'c'].map(
      (id) => host(id, server.port(badNetwork), clock, { partitions: 4, unsafeValidMs }).keeper,
    );
    let found = 0;
    for (let step = 0; step < 120; step++) {
      clock.advance(random.below(LEASE_MS / 2));
      await random.pick(keepers).round();
      for (let partition = 0; partition < 4; partition++) {
        const holders = keepers.filter((keeper) =>
          keeper.held.some((lease) => lease.partition === partition && keeper.holds(partition, lease.epoch)),
        );
        if (holders.length > 1) found++;
      }
    }
    return found;
  }

  it('never lets two hosts hold one partition, however slow or lossy the network (property)', async () => {
    for (let seed = 1; seed <= 300; seed++)
      expect({ seed, conflicts: await conflicts(seed) }).toEqual({ seed, conflicts: 0 });
  });

  it('would let them, if a lease were trusted for longer than its time to live (mutant)', async () => {
    let found = 0;
    for (let seed = 1; seed <= 50; seed++) found += await conflicts(seed, LEASE_MS * 1.5);
    expect(found).toBeGreaterThan(0);
  });
});
