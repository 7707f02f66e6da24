/**
 * Leases decide who may write for a partition. A lease that is not renewed within its time to live is gone,
 * and the next owner's epoch is higher: every write carries the epoch, so that a former owner (paused,
 * partitioned, thought dead) can write nothing (invariant I3).
 */
import { systemClock, type Clock, type Epoch, type Partition } from '#kernel';

export interface Lease {
  readonly partition: Partition;
  readonly hostId: string;
  readonly epoch: Epoch;
  /** The store's version of the lease; moves with every renewal. */
  revision: number;
}

export interface LeaseHolder {
  readonly hostId: string;
  readonly epoch: Epoch;
}

export interface LeaseStore {
  /** Time to live of a lease and of an announcement, ms. */
  readonly leaseMs: number;
  /**
   * The lease, or undefined while somebody holds it. The epoch is higher than that of every earlier lease of the partition;
   * `floor`, an epoch found elsewhere (a checkpoint), keeps that true should the lease store have been lost.
   */
  acquire(partition: number, hostId: string, floor?: number): Promise<Lease | undefined>;
  /**
   * Starts the time to live again. False: the lease is lost, for good; stop writing at once. A renewal that was stored
   * though its answer was lost costs nothing: the entry still bears our epoch.
   */
  renew(lease: Lease): Promise<boolean>;
  /** Gives it up; another host may acquire at once. Harmless when it was lost already. */
  release(lease: Lease): Promise<void>;
  held(): Promise<Map<number, LeaseHolder>>;
  /** Says that a host is alive, for the time of a lease. */
  announce(hostId: string): Promise<void>;
  /** The store's own time of the host's last announcement, ms; undefined when that is gone. */
  announcedAt(hostId: string): Promise<number | undefined>;
  /** Takes the announcement back. */
  withdraw(hostId: string): Promise<void>;
  /** Live hosts, sorted. */
  hosts(): Promise<string[]>;
}

interface MemoryEntry {
  holder: LeaseHolder;
  revision: number;
  expires: number;
}

/** For tests of one process. */
export class MemoryLeaseStore implements LeaseStore {
  private readonly leases = new Map<number, MemoryEntry>();
  private readonly announced = new Map<string, { expires: number; at: number }>();
  private revision = 0;

  constructor(
    readonly leaseMs = 4_000,
    private readonly clock: Clock = systemClock,
  ) {}

  async acquire(partition: number, hostId: string, floor = 0): Promise<Lease | undefined> {
    if (this.live(partition)) return undefined;
    const revision = ++this.revision;
    const epoch = Math.max(revision, floor + 1) as Epoch;
    this.leases.set(partition, {
      holder: { hostId, epoch },
      revision,
      expires: this.clock.monotonic() + this.leaseMs,
    });
    return { partition: partition as Partition, hostId, epoch, revision };
  }

  async renew(lease: Lease): Promise<boolean> {
    const entry = this.live(lease.partition);
    if (entry?.holder.epoch !== lease.epoch) return false;
    lease.revision = entry.revision = ++this.revision;
    entry.expires = this.clock.monotonic() + this.leaseMs;
    return true;
  }

  async release(lease: Lease): Promise<void> {
    if (this.live(lease.partition)?.holder.epoch === lease.epoch) this.leases.delete(lease.partition);
  }

  async held(): Promise<Map<number, LeaseHolder>> {
    const result = new Map<number, LeaseHolder>();
    for (const partition of [...this.leases.keys()].sort((a, b) => a - b)) {
      const entry = this.live(partition);
      if (entry) result.set(partition, entry.holder);
    }
    return result;
  }

  async announce(hostId: string): Promise<void> {
    this.announced.set(hostId, { expires: this.clock.monotonic() + this.leaseMs, at: this.clock.now() });
  }

  async announcedAt(hostId: string): Promise<number | undefined> {
    return this.announced.get(hostId)?.at;
  }

  async withdraw(hostId: string): Promise<void> {
    this.announced.delete(hostId);
  }

  async hosts(): Promise<string[]> {
    const now = this.clock.monotonic();
    return [...this.announced]
      .filter(([, { expires }]) => expires > now)
      .map(([hostId]) => hostId)
      .sort();
  }

  private live(partition: number): MemoryEntry | undefined {
    const entry = this.leases.get(partition);
    return entry && entry.expires > this.clock.monotonic() ? entry : undefined;
  }
}
