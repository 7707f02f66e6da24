/**
 * Keeps this host's share of the partitions leased. State of one partition, as this host sees it:
 *
 *              acquired                         surplus, or closing
 *     free ───────────────▶ held ────────────────────────────────────▶ releasing
 *      ▲                     │  local deadline passed, or renewal refused   │
 *      ├──────── dropped ◀───┴──────────────────────────────────────────────┤
 *      └──────────────────────── drained and released ──────────────────────┘
 *
 * Safety: a lease counts as ours only until `sentAt + validMs` on the monotonic clock, where `sentAt` was
 * read before the request left. The server's time to live starts later and is longer, so this host stops
 * before another can start, however slow or lost the answers are. (What slips through nevertheless, a
 * process frozen in mid-write, is refused by the epoch at the store and at the log.)
 *
 * Liveness: every leaseMs / 3 the host renews, and beside that, so that neither waits for the other, announces
 * itself, gives up what exceeds the fair share (so that newcomers get theirs) and acquires what is free up to
 * it. An error is reported and the next round tries again: a hiccup shorter than validMs loses nothing.
 */
import { fnv1a32, within, type Clock } from '#kernel';
import type { Lease, LeaseStore } from '#log';
import { acquisitionOrder, fairShare } from './fair-share.js';

/** Share of the time to live for which this host trusts a lease: the rest covers clock drift and scheduling. */
export const VALID_SHARE = 0.8;
const ROUNDS_PER_LEASE = 3;
const EXPIRY_CHECKS_PER_LEASE = 40;

export type DropReason = 'expired' | 'refused';

export interface LeaseEvents {
  acquired(lease: Lease): void;
  /** The lease is gone: stop at once, write nothing more. */
  dropped(lease: Lease, reason: DropReason): void;
  /** The partition goes to another host: finish and checkpoint; the lease is released when this settles. */
  releasing(lease: Lease): Promise<void>;
  /** The lease store's clock said `now`, ms, not after `at` on the monotonic clock: the time that all hosts agree on. */
  told?(now: number, at: number): void;
  /** A round met an error; the next one tries again. */
  failed(error: unknown): void;
}

export interface LeaseKeeperOptions {
  readonly hostId: string;
  readonly partitions: number;
  /** For the test that shows that longer than the time to live is unsafe. Default: VALID_SHARE of leaseMs. */
  readonly unsafeValidMs?: number;
}

interface HeldLease {
  readonly lease: Lease;
  validUntil: number;
  releasing: boolean;
}

export class LeaseKeeper {
  private readonly mine = new Map<number, HeldLease>();
  /** Under way: until a lease is drained, and then until the store has it back. */
  private readonly releases = new Set<Promise<void>>();
  private readonly floors = new Map<number, number>();
  private readonly validMs: number;
  private timers: NodeJS.Timeout[] = [];
  private readonly renewing = new Single();
  private readonly balancing = new Single();
  private closing = false;

  constructor(
    private readonly leases: LeaseStore,
    private readonly events: LeaseEvents,
    private readonly clock: Clock,
    private readonly options: LeaseKeeperOptions,
  ) {
    this.validMs = options.unsafeValidMs ?? leases.leaseMs * VALID_SHARE;
  }

  /** The first round, then one every leaseMs / 3. */
  async start(): Promise<void> {
    const { leaseMs } = this.leases;
    // After a long turn of the process, answers that have arrived meanwhile are read before anything is dropped.
    this.timers.push(setInterval(() => setImmediate(() => this.expire()), leaseMs / EXPIRY_CHECKS_PER_LEASE));
    this.timers.push(setInterval(() => void this.renew(), leaseMs / ROUNDS_PER_LEASE));
    this.timers.push(setInterval(() => void this.balance(), leaseMs / ROUNDS_PER_LEASE));
    await this.round();
  }

  /** Whether this host may still act for the partition under this epoch. Ask before every write. */
  holds(partition: number, epoch: number): boolean {
    const held = this.mine.get(partition);
    return held !== undefined && held.lease.epoch === epoch && this.clock.monotonic() < held.validUntil;
  }

  get held(): Lease[] {
    return [...this.mine.values()].map((held) => held.lease);
  }

  /** Renews, then balances. Never throws. */
  async round(): Promise<void> {
    await this.renew();
    await this.balance();
  }

  /** Drops every lease whose local deadline has passed. */
  expire(): void {
    const now = this.clock.monotonic();
    for (const held of this.mine.values()) if (now >= held.validUntil) this.drop(held, 'expired');
  }

  /**
   * Gives a lease back at once, without the `releasing` event: the owner found that it cannot serve it.
   * @param floor an epoch seen elsewhere that is not lower than ours: the next lease gets a higher one
   */
  async abandon(lease: Lease, floor = 0): Promise<void> {
    this.floors.set(lease.partition, Math.max(floor, this.floors.get(lease.partition) ?? 0));
    if (this.mine.get(lease.partition)?.lease === lease) this.mine.delete(lease.partition);
    await this.leases.release(lease);
  }

  /** Drains and releases everything, renewing meanwhile; acquires nothing more. */
  async close(): Promise<void> {
    this.closing = true;
    await this.balancing.idle();
    for (const held of this.mine.values()) this.release(held);
    await Promise.all(this.releases); // those that a newcomer was to have, too
    for (const timer of this.timers) clearInterval(timer);
    await this.renewing.idle();
    await this.bounded(this.leases.withdraw(this.options.hostId)).catch((error) => this.events.failed(error));
  }

  private renew(): Promise<void> {
    return this.renewing.run(async () => {
      await Promise.all([...this.mine.values()].map((held) => this.renewOne(held)));
    });
  }

  private balance(): Promise<void> {
    return this.balancing.run(async () => {
      if (this.closing) return;
      try {
        const { hostId, partitions } = this.options;
        await this.bounded(this.leases.announce(hostId));
        await this.hearTime();
        const hosts = new Set(await this.bounded(this.leases.hosts())).add(hostId);
        const share = fairShare(partitions, hosts.size);
        this.giveUpSurplus(share);
        await this.acquireUpTo(share);
      } catch (error) {
        this.events.failed(error);
      }
    });
  }

  private async hearTime(): Promise<void> {
    const at = this.clock.monotonic();
    const now = await this.bounded(this.leases.announcedAt(this.options.hostId));
    if (now !== undefined) this.events.told?.(now, at);
  }

  private async renewOne(held: HeldLease): Promise<void> {
    const sentAt = this.clock.monotonic();
    try {
      const renewed = await this.bounded(this.leases.renew(held.lease));
      if (this.mine.get(held.lease.partition) !== held) return; // dropped while the answer was on its way
      if (renewed) held.validUntil = sentAt + this.validMs;
      else this.drop(held, 'refused');
    } catch (error) {
      this.events.failed(error);
    }
  }

  private giveUpSurplus(share: number): void {
    const staying = [...this.mine.values()].filter((held) => !held.releasing);
    for (const held of staying.slice(share)) this.release(held);
  }

  private async acquireUpTo(share: number): Promise<void> {
    if (this.mine.size >= share) return;
    const taken = await this.bounded(this.leases.held());
    const order = acquisitionOrder(this.options.partitions, fnv1a32(this.options.hostId));
    const free = order.filter((partition) => !taken.has(partition) && !this.mine.has(partition));
    while (free.length > 0 && this.mine.size < share && !this.closing) {
      // At once: what was acquired first starts to work while the last is still being asked for.
      await Promise.all(free.splice(0, share - this.mine.size).map((partition) => this.acquire(partition)));
    }
  }

  private async acquire(partition: number): Promise<void> {
    const { hostId } = this.options;
    const sentAt = this.clock.monotonic();
    const lease = await this.bounded(this.leases.acquire(partition, hostId, this.floors.get(partition)));
    if (!lease) return;
    const held = { lease, validUntil: sentAt + this.validMs, releasing: false };
    if (this.clock.monotonic() >= held.validUntil) return; // too late to be ours; the server forgets it
    this.mine.set(partition, held);
    this.events.acquired(held.lease);
  }

  private release(held: HeldLease): void {
    if (held.releasing) return;
    held.releasing = true;
    const release = this.drainAndRelease(held).finally(() => this.releases.delete(release));
    this.releases.add(release);
  }

  /** Never throws. */
  private async drainAndRelease(held: HeldLease): Promise<void> {
    try {
      await this.events.releasing(held.lease);
      if (this.mine.get(held.lease.partition) !== held) return; // dropped while draining
      this.mine.delete(held.lease.partition);
      await this.bounded(this.leases.release(held.lease));
    } catch (error) {
      this.events.failed(error);
    }
  }

  private drop(held: HeldLease, reason: DropReason): void {
    if (this.mine.get(held.lease.partition) !== held) return;
    this.mine.delete(held.lease.partition);
    this.events.dropped(held.lease, reason);
  }

  /** No answer may hold a round longer than the lease lives. */
  private bounded<T>(answer: Promise<T>): Promise<T> {
    return within(answer, this.leases.leaseMs / 2, () => new Error('the lease store did not answer in time'));
  }
}

/** Work that is never done twice at the same time: whoever asks meanwhile waits for the run under way. */
class Single {
  private running: Promise<void> | undefined;

  run(work: () => Promise<void>): Promise<void> {
    this.running ??= work().finally(() => (this.running = undefined));
    return this.running;
  }

  async idle(): Promise<void> {
    await this.running;
  }
}
