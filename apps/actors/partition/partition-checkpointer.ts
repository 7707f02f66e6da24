/**
 * Saves one partition: everything that changed since the last time, as of one log sequence.
 *
 * 1. cut: the fold's own state, the position and the set of dirty users, in one turn;
 * 2. encode the users in slices while the fold goes on (a user about to change is encoded first);
 * 3. wait until all feedback up to that position is acknowledged, and what was refused before it stands in the dead
 *    stream: a recovery from here emits nothing twice and leaves nothing out;
 * 4. one transaction, guarded by the epoch. It destroys the keys of those who were erased before that position: no recovery
 *    goes back to where they are needed.
 */
import { AppError } from '#kernel';
import type { UserKeys } from '#privacy';
import type { CheckpointStore } from '#store';
import type { FeedbackEmitter } from '../feedback/feedback-emitter.js';
import type { DeadLetterQueue } from '../reading/dead-letter-queue.js';
import type { PartitionState } from './partition-state.js';

export class PartitionCheckpointer {
  private underWay: Promise<boolean> | undefined;
  private savedAt = performance.now();

  constructor(
    private readonly partition: number,
    private readonly epoch: number,
    private readonly state: PartitionState,
    private readonly emitter: FeedbackEmitter,
    /** Letters of item entries, too: who reads from here on does not put them again. */
    private readonly dead: Pick<DeadLetterQueue, 'landed'>,
    private readonly store: CheckpointStore,
    private readonly keys: Pick<UserKeys, 'destroyed'> | undefined,
    private readonly holds: () => boolean,
  ) {}

  /** Since the last look that found everything saved, ms. */
  get ageMs(): number {
    return performance.now() - this.savedAt;
  }

  /**
   * Joins the one under way, if any. @returns false when there was nothing to save
   * @throws AppError REK_STALE_EPOCH, REK_CHECKPOINT_LOST, REK_LEASE_LOST, REK_STORE_UNAVAILABLE, REK_LOG_UNAVAILABLE
   */
  save(): Promise<boolean> {
    this.underWay ??= this.steps().finally(() => (this.underWay = undefined));
    return this.underWay;
  }

  /** Resolves when none is under way, however it ended. */
  async settled(): Promise<void> {
    await this.underWay?.catch(() => undefined);
  }

  private async steps(): Promise<boolean> {
    const { state, partition, epoch } = this;
    const sequence = state.position;
    const startedAt = performance.now();
    if (!state.sound) return false;
    if (sequence === state.saved) {
      this.savedAt = startedAt;
      return false;
    }
    const forgotten = state.sealed.forgottenThrough(sequence);
    const encodedFold = state.fold.encode();
    const cut = state.users.beginCut();
    try {
      const actors = await cut.drain();
      await this.emitter.durable(sequence);
      await this.dead.landed();
      if (!this.holds()) throw new AppError('REK_LEASE_LOST');
      await this.store.save({
        partition,
        epoch,
        follows: state.saved,
        sequence,
        state: encodedFold,
        actors,
        erased: [...cut.erased],
        forgotten,
      });
    } catch (error) {
      state.users.failed();
      throw error;
    }
    state.users.saved();
    this.keys?.destroyed(forgotten);
    state.sealed.destroyed(forgotten);
    state.saved = sequence;
    this.savedAt = startedAt;
    return true;
  }
}
