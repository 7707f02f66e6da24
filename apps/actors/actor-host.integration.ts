/** Promises of a host that takes, gives back and loses leases, on a real Postgres, a log and leases in memory. */
import { MemoryLeaseStore, type Lease, type LeaseStore } from '#log';
import { HealthState } from '#observability';
import { ActorHost, type ActorHostPorts } from './actor-host.js';
import type { HostContext } from './host-context.js';
import { P } from './partition/host.fixture.js';
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
    const owner = () => host.partitions.find(({ partition }) => partition === P);
    return { host, owner };
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
});
