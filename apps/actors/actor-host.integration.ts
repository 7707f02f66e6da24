/** Promises of a host that takes, gives back and loses leases, on a real Postgres, a log and leases in memory. */
import type { LeaseKeeper } from '#actor';
import { until } from '#kernel';
import { MemoryLeaseStore, type Lease, type LeaseStore } from '#log';
import { HealthState } from '#observability';
import { ActorHost, type ActorHostPorts } from './actor-host.js';
import type { HostContext } from './host-context.js';
import { events, P, PARTITIONS } from './partition/host.fixture.js';
import { hostWorlds } from './partition/host-worlds.fixture.js';

/** No lease expires and no round comes by itself within a test. */
const LEASE_MS = 600_000;

describe('ActorHost', () => {
  const { world } = hostWorlds();
  const hosts: ActorHost[] = [];
  afterEach(async () => void (await Promise.all(hosts.splice(0).map((host) => host.stop()))));

  async function started(
    context: HostContext,
    leases: LeaseStore,
    serve: ActorHostPorts['serve'] = () => ({ stop: () => undefined, idle: () => Promise.resolve() }),
  ) {
    const host = new ActorHost('host', context, leases, { serve, broken: () => undefined });
    hosts.push(host);
    await host.start(new HealthState());
    const { keeper } = host as unknown as { keeper: LeaseKeeper }; // nobody else's business in production
    const owner = () => host.partitions.find(({ partition }) => partition === P);
    return { host, keeper, owner };
  }

  it('ends waiting readers with a partition and gives its lease back once they are answered', async () => {
    const { context } = world();
    const released: number[] = [];
    class Leases extends MemoryLeaseStore {
      override async release(lease: Lease) {
        released.push(lease.partition);
        return super.release(lease);
      }
    }
    let answered = (): void => undefined;
    const answers = new Promise<void>((resolve) => (answered = resolve));
    const serving = { stop: () => undefined, idle: () => answers };
    const patient = { ...context.settings.actors, afterWaitMs: 600_000 };
    const { host, owner } = await started(
      { ...context, settings: { ...context.settings, actors: patient } },
      new Leases(LEASE_MS),
      () => serving,
    );
    const own = owner()!;
    const reading = own.requests.read('u', 1_000_000, () => 'read');
    const stopped = host.stop();
    await expect(reading).rejects.toMatchObject({ code: 'REK_HOST_UNAVAILABLE' });
    expect([own.phase, released]).toEqual(['ended', []]);
    answered();
    await stopped;
    expect(released.sort()).toEqual([0, 1, 2, 3]);
  });

  it('takes leases above the epochs of the log when leases have begun anew, once', async () => {
    const { context, publish } = world();
    await publish([{ kind: 'tick', eventId: 't', timestamp: 1, version: 1, epoch: 1_000 }]);
    await until('the reader is past it', () => context.reader.position === 1);
    const { keeper, owner } = await started(context, new MemoryLeaseStore(LEASE_MS));
    expect(owner()).toBeUndefined();
    await keeper.round();
    await until('it serves', () => owner()?.servable === true);
    expect(owner()!.lease.epoch).toBe(1_001);
  });

  it('keeps a partition that it has leased anew while it was still draining what it had lost', async () => {
    const { context, publish } = world();
    let letSave = (): void => undefined;
    const saving = new Promise<void>((resolve) => (letSave = resolve));
    const checkpoints = Object.assign(Object.create(context.checkpoints) as HostContext['checkpoints'], {
      save: async (write: Parameters<HostContext['checkpoints']['save']>[0]) => {
        await saving;
        return context.checkpoints.save(write);
      },
    });
    let others: string[] = [];
    class Leases extends MemoryLeaseStore {
      override hosts = async () => others;
    }
    const leases = new Leases(LEASE_MS);
    const { host, keeper, owner } = await started({ ...context, checkpoints }, leases);
    await publish([...events(1, 10)]);
    const old = owner()!;
    await until('it is folded', () => old.position >= 1);

    others = ['a', 'b', 'c', 'd'];
    await keeper.round();
    await until('it drains', () => old.phase === 'draining');
    await leases.release(old.lease); // as if it had expired there
    others = [];
    await keeper.round();
    await until('it is leased anew', () => owner() !== old && owner()?.servable === true);
    letSave();
    await until('the drain is over', () => old.phase === 'ended');
    await keeper.round();
    expect(host.partitions.map(({ partition }) => partition).sort()).toEqual([...Array(PARTITIONS).keys()]);
    expect(owner()?.lease.epoch).toBeGreaterThan(old.lease.epoch);
  });
});
