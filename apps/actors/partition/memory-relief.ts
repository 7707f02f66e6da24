/**
 * Keeps the resident users within the memory budget, between two steps of a partition: from a quarter of it on, users that are not
 * in use are packed, those unused the longest first; from half of it on, those unused for a minute are squeezed. The more of the
 * budget is used, the more are packed at a time, and the sooner a user counts as unused: one that comes back is unpacked in
 * microseconds, one that was let go is read from Postgres; and users in use are what the garbage collector works on.
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
/** Share of the budget from which on users are packed, and at which as many as can be. */
const PACK_FROM = 0.25;
const PACK_ALL = 0.75;
/** Share of the budget from which on packed users are squeezed. */
const SQUEEZE_FROM = 0.5;
/** A user is in use for this long, ms; less under pressure. */
const IN_USE_MS = 5_000;
/** Users packed at a time: at PACK_FROM, and at PACK_ALL. */
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
    let { packed, squeezed } = this.pack(users);
    while (packed === PACKED_MOST && budget.used > budget.max * PACK_ALL) {
      await nextTurn();
      ({ packed, squeezed } = this.pack(users));
    }
    if ((this.wanted || budget.used > budget.max) && this.passivate(users)) await this.waitForRoom(users);
    return packed > 0 || squeezed > 0;
  }

  /** @returns how many were found to be packed, and squeezed */
  private pack(users: PartitionActors<UserState>): { packed: number; squeezed: number } {
    const { budget, clock } = this.context;
    const used = budget.used / budget.max;
    if (used <= PACK_FROM) return { packed: 0, squeezed: 0 };
    const pressure = Math.min(1, (used - PACK_FROM) / (PACK_ALL - PACK_FROM));
    const most = Math.round(PACKED_LEAST + pressure * (PACKED_MOST - PACKED_LEAST));
    const now = clock.monotonic();
    const longIdleBefore = used > SQUEEZE_FROM ? now - SQUEEZE_AFTER_MS : -Infinity;
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
