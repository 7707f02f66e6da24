/**
 * Requests that read users of one partition: bounded, one at a time per user, after the partition has folded
 * the sequence a caller wants to see. They never change a state; the partition's loop does.
 */
import { Mailboxes } from '#actor';
import type { UserState } from '#interest';
import { AppError } from '#kernel';
import type { HostContext } from '../host-context.js';
import type { PartitionState } from './partition-state.js';
import { PositionWaiters } from './position-waiters.js';

/** Times a request activates its user again because passivation was faster. */
const ACTIVATE_TRIES = 3;

export interface UserAnswer<T> {
  readonly result: T;
  /** Whether `after` was folded in time, and is in what was read. */
  readonly reached: boolean;
  /** Log sequence folded when the state was read. */
  readonly position: number;
}

/** @param position log sequence folded into the user's partition */
export type UserReader<T> = (user: UserState, known: boolean, position: number) => T;

export class PartitionRequests {
  readonly waiters = new PositionWaiters();
  private readonly mailboxes: Mailboxes;

  constructor(
    private readonly context: HostContext,
    /** The state, while requests can be answered. @throws AppError REK_HOST_UNAVAILABLE */
    private readonly state: () => PartitionState,
    /** Runs what reads stored users, and has them mended where they are damaged. @throws AppError REK_HOST_UNAVAILABLE then */
    private readonly readingStored: <T>(state: PartitionState, read: () => Promise<T>) => Promise<T>,
  ) {
    this.mailboxes = new Mailboxes(context.settings.actors.mailboxMax);
  }

  /**
   * @param after log sequence the answer should contain; waits for it, `actors.afterWaitMs` at most. 0: does not wait
   * @throws AppError REK_HOST_UNAVAILABLE, REK_OVERLOADED, REK_STORE_UNAVAILABLE
   */
  async read<T>(userId: string, after: number, read: UserReader<T>): Promise<UserAnswer<T>> {
    const { settings, metrics } = this.context;
    const reached =
      after <= 0 || (await this.waiters.reached(after, this.state().position, settings.actors.afterWaitMs));
    try {
      return await this.mailboxes.run(userId, () => this.answer(userId, after, reached, read));
    } catch (error) {
      if (error instanceof AppError && error.code === 'REK_OVERLOADED') metrics.mailboxRefusals.inc();
      throw error;
    }
  }

  /** @param waited whether `after` was reached; a restore since then may have gone back behind it */
  private async answer<T>(
    userId: string,
    after: number,
    waited: boolean,
    read: UserReader<T>,
  ): Promise<UserAnswer<T>> {
    for (let attempt = 0; attempt < ACTIVATE_TRIES; attempt++) {
      const state = this.state();
      const { users } = state;
      await this.readingStored(state, () => users.activate([userId], this.context.clock.monotonic()));
      const user = users.peek(userId);
      const { position } = this.state();
      const reached = waited && position >= after;
      if (user) return { result: read(user, users.known(userId), position), reached, position };
    }
    throw new AppError('REK_OVERLOADED', 'the memory budget leaves no room for this user');
  }
}
