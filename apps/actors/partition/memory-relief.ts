/**
 * Keeps the resident users within the memory budget, between two steps of a partition. Users in use may take a quarter of it: they
 * are what the garbage collector works on. From a quarter on those that are not in use are packed, the longest unused first; the nearer
 * the ones in use come to theirs, the more at a time, and the sooner a user counts as unused, but never because many others are packed:
 * who comes back within a visit should be found as they were. From half of the budget on, those unused for a minute are squeezed. One
 * that comes back is unpacked in microseconds, one that was let go is read from Postgres.
 *
 * Idle users go after each checkpoint; those unused the longest when the budget asks although nobody is left to pack. Dirty ones need
 * a checkpoint first; while Postgres is away the host may overdraw the budget a little, then the partition waits (I7).
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PartitionActors } from '#actor';
import type { UserState } from '#interest';
import { sleep } from '#kernel';
import type { HostContext } from '../host-context.js';

/** The budget may be exceeded by this factor before a partition stops folding. */
export const OVERDRAFT = 1.5;
const RETRY_MS = 500;
/** Share of the budget from which on users are packed. */
const PACK_FROM = 0.25;
/** Share of the budget that users in use may take, and from which on they count as unused sooner. */
const IN_USE_MAX = 0.25;
const IN_USE_FROM = 0.15;
/** Share of the budget from which on packed users are squeezed. */
const SQUEEZE_FROM = 0.5;
/** A user is in use for this long, ms; less under pressure. */
const IN_USE_MS = 5_000;
/** Users packed at a time: below IN_USE_FROM, and at IN_USE_MAX. */
const PACKED_LEAST = 32;
const PACKED_MOST = 256;
/** One that was not used for this long is not expected back soon, ms. */
const SQUEEZE_AFTER_MS = 60_000;
/** Least time between two checkpoints for memory's sake, ms. */
const CHECKPOINT_EVERY_MS = 1_000;

export class MemoryRelief {
  private wanted = false;
  private lastCheckpoint = -Infinity;

  constructor(
    private readonly context: HostContext,
    private readonly checkpoint: () => Promise<boolean>,
    /** Whether no checkpoint of this state will be saved any more: waiting for one would never end. */
    private readonly hopeless: () => boolean,
  ) {}

  /** A checkpoint was saved: clean users may go. */
  due(): void {
    this.wanted = true;
  }

  /** @returns whether it has more to do, although nothing else has: call again soon */
  async relieve(users: PartitionActors<UserState>): Promise<boolean> {
    const { budget } = this.context;
    let { packed, squeezed } = this.pack(users, true);
    while (packed === PACKED_MOST && budget.inUse > budget.max * IN_USE_MAX) {
      await nextTurn();
      ({ packed, squeezed } = this.pack(users, true));
    }
    if ((this.wanted || budget.used > budget.max) && this.passivate(users)) await this.waitForRoom(users);
    return packed > 0 || squeezed > 0;
  }

  /** Within a step: packs what the frame before leaves too much in use. */
  afterFrame(users: PartitionActors<UserState>): void {
    this.pack(users, false);
  }

  /** @returns how many were found to be packed, and squeezed */
  private pack(users: PartitionActors<UserState>, squeezing: boolean): { packed: number; squeezed: number } {
    const { budget, clock } = this.context;
    const used = budget.used / budget.max;
    if (used <= PACK_FROM) return { packed: 0, squeezed: 0 };
    const inUse = budget.inUse / budget.max;
    const pressure = Math.min(1, Math.max(0, (inUse - IN_USE_FROM) / (IN_USE_MAX - IN_USE_FROM)));
    const most = Math.round(PACKED_LEAST + pressure * (PACKED_MOST - PACKED_LEAST));
    const now = clock.monotonic();
    const longIdleBefore = squeezing && used > SQUEEZE_FROM ? now - SQUEEZE_AFTER_MS : -Infinity;
    return users.pack(now - IN_USE_MS * (1 - pressure), longIdleBefore, most);
  }

  /** Only dirty users are left to go. */
  private async waitForRoom(users: PartitionActors<UserState>): Promise<void> {
    const { budget } = this.context;
    await this.makeClean(users);
    while (budget.used > budget.max * OVERDRAFT && users.dirtyCount > 0 && !this.hopeless()) {
      if (await this.checkpoint()) this.passivate(users);
      else await sleep(RETRY_MS);
    }
  }

  private async makeClean(users: PartitionActors<UserState>): Promise<void> {
    const now = this.context.clock.monotonic();
    if (now - this.lastCheckpoint < CHECKPOINT_EVERY_MS) return;
    this.lastCheckpoint = now;
    if (await this.checkpoint()) this.passivate(users);
  }

  /** @returns whether the budget is still exceeded, by dirty users */
  private passivate(users: PartitionActors<UserState>): boolean {
    const { budget, clock, metrics, settings } = this.context;
    this.wanted = false;
    const cause = budget.used > budget.max ? 'memory' : 'idle';
    const { passivated, needsCheckpoint } = users.passivate(
      clock.monotonic() - settings.actors.idleSeconds * 1_000,
    );
    if (passivated > 0) metrics.passivations.inc({ cause }, passivated);
    return needsCheckpoint;
  }
}
