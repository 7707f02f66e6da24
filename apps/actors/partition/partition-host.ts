/**
 * One partition on the host that owns it, from its lease to its end.
 *
 *      restoring ──▶ catching up ──▶ live ──▶ draining ──▶ ended
 *          ▲              ▲            │                     ▲
 *          │              └── behind ──┤                     │
 *          └──── the fold failed, or ──┴── deposed, broken ──┘
 *                Postgres damaged or lost
 *                what it stored
 *
 * - restoring: fence FEEDBACK and Postgres with the lease's epoch, read the checkpoint (restore.ts).
 * - catching up: read the partition's own subject up to where the host's log reader stands.
 * - live: fold what the log reader delivers. Falling behind (inbox overflow) leads back to catching up.
 * - draining: finish what is under way, checkpoint, let go.
 *
 * Everything that changes the state runs in this one loop; requests and errands see it between two steps. The file
 * is longer than most because the phases and what leads from one to the next are read together.
 */
import type { FrameEntry } from '#events';
import { AppError, sleep } from '#kernel';
import type { Lease, LogMessage } from '#log';
import type { DecodedFrame } from '#privacy';
import type { FeedbackEmitter } from '../feedback/feedback-emitter.js';
import type { HostContext } from '../host-context.js';
import { Errands } from './errands.js';
import { FrameFolder } from './frame-folder.js';
import { MemoryRelief } from './memory-relief.js';
import { PartitionCheckpointer } from './partition-checkpointer.js';
import { PartitionInbox } from './partition-inbox.js';
import { PartitionRequests } from './partition-requests.js';
import { SwitchableView, type PartitionState } from './partition-state.js';
import { missedSteps, STEP_BYTES_MAX, STEP_MESSAGES_MAX } from './steps.js';
import {
  isDamaged,
  isLost,
  isRestorable,
  patiently,
  resetCheckpoint,
  restoreState,
  staleLease,
  takeFeedback,
  type OwnerPorts,
} from './restore.js';

/** Between two rounds of packing while there is nothing to fold, ms: with little pressure all partitions of a host together take a quarter of it. */
const RELIEF_PAUSE_MS = 200;

export type PartitionPhase = 'restoring' | 'catching up' | 'live' | 'draining' | 'ended';

/** What exists from the restore on. */
interface Owned {
  state: PartitionState;
  checkpointer: PartitionCheckpointer;
}

export class PartitionHost {
  readonly inbox = new PartitionInbox();
  readonly requests: PartitionRequests;
  phase: PartitionPhase = 'restoring';
  /** When the partition last moved: wall clock of the last step, before the first when the newest event was stored, ms. */
  foldedAt = 0;
  private emitter!: FeedbackEmitter;
  private folder!: FrameFolder;
  private owned: Owned | undefined;
  private readonly view: SwitchableView;
  private readonly relief: MemoryRelief;
  private readonly ownerPorts: OwnerPorts;
  private readonly errands: Errands<PartitionState>;
  private readonly reading = new AbortController();
  private finished: Promise<void> = Promise.resolve();
  /** No further step. */
  private ending = false;
  /** No further write. */
  private stopped = false;
  private everLive = false;
  /** Whether all that was ever shown is in the state: not before it is live, and not while what Postgres has lost is folded again. */
  private whole = false;
  /** What Postgres stores of the partition is damaged or lost: the loop restores from what is left. */
  private unusable: AppError | undefined;

  constructor(
    readonly lease: Lease,
    private readonly context: HostContext,
    ports: {
      readonly holds: () => boolean;
      /** The partition ended by itself: deposed or broken. */
      readonly ended: (error: unknown) => void;
    },
  ) {
    const failed = (error: unknown): void => {
      if (this.stopped) return;
      this.stop(error);
      ports.ended(error);
    };
    this.ownerPorts = { holds: ports.holds, stopped: () => this.stopped, ending: () => this.ending, failed };
    this.view = new SwitchableView(context.catalogue.current);
    this.errands = new Errands(() => this.servableState());
    this.requests = new PartitionRequests(context, () => this.servableState(), this.readingStored);
    this.relief = new MemoryRelief(
      context,
      () => this.checkpoint(),
      () => this.ending || this.unusable !== undefined,
    );
  }

  get partition(): number {
    return this.lease.partition;
  }
  /** Log sequence up to which everything of the partition is folded. */
  get position(): number {
    return this.owned?.state.position ?? 0;
  }
  /** Log sequence of the last checkpoint. */
  get checkpointSequence(): number {
    return this.owned?.state.saved ?? 0;
  }
  get checkpointAgeMs(): number {
    return this.owned?.checkpointer.ageMs ?? 0;
  }
  /** Whether requests can be answered. Falling behind later does not end that, answers say their position; losing what was stored does. */
  get servable(): boolean {
    return this.whole && !this.ending && this.owned?.state.sound === true;
  }
  /** The state, for reading; undefined before it is restored. */
  get state(): PartitionState | undefined {
    return this.owned?.state;
  }

  /** Starts the loop. */
  start(): void {
    this.finished = this.run();
  }

  /** The lease is lost: stop at once, write nothing more. */
  stop(reason: unknown = new AppError('REK_LEASE_LOST')): void {
    this.stopped = true;
    this.emitter?.stop(reason);
    this.finish();
  }

  /** Finishes the step under way, checkpoints and ends. */
  async drain(): Promise<void> {
    if (this.phase === 'ended') return;
    this.phase = 'draining';
    this.finish();
    await this.finished;
    await this.checkpoint();
    this.end();
  }

  /** Saves what changed since the last time; an error is reported and counted, and the next one tries again. */
  async checkpoint(): Promise<boolean> {
    if (!this.owned || this.stopped) return false;
    const { metrics, logger } = this.context;
    const { checkpointer } = this.owned;
    const took = metrics.checkpointSeconds.startTimer();
    try {
      if (!(await checkpointer.save())) return false;
      took();
      this.folder.forgetPoison(this.checkpointSequence);
      this.relief.due();
      this.inbox.wake();
      return true;
    } catch (error) {
      if (this.stopped) return false;
      const cause = error instanceof AppError ? error.code : 'REK_INTERNAL';
      metrics.checkpointFailures.inc({ cause });
      logger.warn({ err: error, partition: this.partition, epoch: this.lease.epoch }, 'checkpoint failed');
      if (cause === 'REK_STALE_EPOCH') this.ownerPorts.failed(error);
      if (isLost(error)) this.restoreSoon(error);
      return false;
    }
  }

  /** Whether a checkpoint stands at `sequence` or behind it; saves one if need be. */
  async savedThrough(sequence: number): Promise<boolean> {
    // A checkpoint under way may have begun too early: then another one is needed.
    for (let attempt = 0; attempt < 2 && this.checkpointSequence < sequence; attempt++)
      await this.checkpoint();
    return this.checkpointSequence >= sequence;
  }

  /** Runs `errand` between two steps: the state stands still meanwhile, and the position with it. */
  between<T>(errand: (state: PartitionState) => Promise<T>): Promise<T> {
    const done = this.errands.add((state) => this.readingStored(state, () => errand(state)));
    if (this.phase === 'ended') void this.errands.run();
    else this.inbox.wake();
    return done;
  }

  private async run(): Promise<void> {
    const { metrics, logger } = this.context;
    const tookOver = metrics.takeoverSeconds.startTimer();
    try {
      await this.takeOver();
      while (!this.ending) {
        try {
          await this.catchUp();
          await this.assertNewest();
          if (!this.everLive && !this.ending) tookOver();
          await this.live();
        } catch (error) {
          if (this.ending || !isRestorable(error)) throw error;
          logger.error(
            { err: error, partition: this.partition, position: this.position },
            'restoring the partition',
          );
          await this.restore(isDamaged(error));
        }
      }
    } catch (error) {
      if (!this.ending) this.ownerPorts.failed(error);
    }
    if (this.phase !== 'draining') this.end();
  }

  private async takeOver(): Promise<void> {
    const { context } = this;
    this.emitter = await takeFeedback(this.lease, context, this.ownerPorts);
    this.folder = new FrameFolder(this.partition, context, this.emitter, {
      activate: (users) => this.activate(users),
      open: (frames) => this.open(frames),
      advanced: (sequence) => this.advanced(sequence),
      relieve: () => this.relief.afterFrame(this.owned!.state.users),
      stopped: () => this.ending,
      live: () => this.phase === 'live',
    });
    await this.restore(false);
  }

  private async restore(damaged: boolean): Promise<void> {
    this.phase = 'restoring';
    const { lease, context, ownerPorts, emitter } = this;
    if (this.owned) {
      await this.owned.checkpointer.settled();
      this.owned.state.sound = false;
      this.owned.state.users.clear();
    }
    const { checkpointSequence } = this;
    this.unusable = undefined;
    if (damaged) {
      context.metrics.checkpointFailures.inc({ cause: 'REK_SNAPSHOT_INVALID' });
      await resetCheckpoint(lease, context, ownerPorts);
    }
    const state = await restoreState(lease, context, ownerPorts, this.view, emitter);
    const newest = await context.topology.log.last(context.topology.subjects.user(this.partition));
    this.foldedAt = Math.max(this.foldedAt, newest?.appendedAt ?? 0);
    const checkpointer = new PartitionCheckpointer(
      this.partition,
      lease.epoch,
      state,
      emitter,
      context.dead,
      context.checkpoints,
      context.keys,
      ownerPorts.holds,
    );
    this.owned = { state, checkpointer };
    if (state.position < checkpointSequence) this.whole = false; // users would be unknown, and purchases undone, until it is live again
  }

  /** Until the log reader's position is reached and everything behind it will come through the inbox. */
  private async catchUp(): Promise<void> {
    this.phase = 'catching up';
    const { reader, catalogue } = this.context;
    const { state } = this.owned!;
    do {
      const until = reader.position;
      this.inbox.reopen(until);
      if (state.position >= until) continue;
      this.view.source = await catalogue.viewFrom(state.position + 1, until);
      const from = state.position + 1;
      const missed = missedSteps(this.context, this.partition, from, until, this.reading.signal);
      for await (const messages of missed) {
        if (this.ending) return;
        await this.step(messages);
      }
      if (this.ending) return;
      this.advanced(until);
    } while (this.inbox.overflowed);
    this.view.source = catalogue.current;
    if (this.everLive) void this.checkpoint(); // what made us catch up again need not be folded once more
  }

  /** What is folded is saved: the next lease goes on from there. @throws AppError REK_STALE_EPOCH, see `staleLease` */
  private async assertNewest(): Promise<void> {
    const stale = staleLease(this.lease, this.owned!.state.fold.epoch);
    if (!stale || this.ending) return;
    await this.checkpoint();
    throw stale;
  }

  private async live(): Promise<void> {
    if (this.ending) return;
    this.phase = 'live';
    this.everLive = this.whole = true;
    while (!this.ending) {
      const messages = this.inbox.take(STEP_MESSAGES_MAX, STEP_BYTES_MAX);
      if (messages.length > 0) await this.step(messages);
      else if (this.inbox.overflowed) return;
      else await this.rest();
    }
  }

  private async step(messages: readonly LogMessage[]): Promise<void> {
    if (this.unusable) throw this.unusable;
    await this.emitter.room();
    await this.context.dead.room();
    await this.folder.fold(this.owned!.state, messages);
    this.foldedAt = this.context.clock.now();
    await this.relief.relieve(this.owned!.state.users);
    await this.errands.run();
  }

  /** Nothing to fold: do what waits for such a moment, then wait for the next message. */
  private async rest(): Promise<void> {
    if (this.unusable) throw this.unusable;
    const arrival = this.inbox.arrival();
    this.advanced(this.inbox.through);
    const more = await this.relief.relieve(this.owned!.state.users);
    await this.errands.run();
    if (this.inbox.length > 0 || this.errands.pending || this.ending || this.unusable) return;
    await (more ? Promise.race([arrival, sleep(RELIEF_PAUSE_MS)]) : arrival);
  }

  private activate(users: Iterable<string>): Promise<void> {
    const { state } = this.owned!;
    return patiently(this.context, this.partition, this.ownerPorts, () =>
      state.users.activate(users, this.context.clock.monotonic()),
    );
  }

  private open(frames: readonly DecodedFrame[]): Promise<FrameEntry[][]> {
    return patiently(this.context, this.partition, this.ownerPorts, () =>
      this.owned!.state.sealed.open(frames),
    );
  }

  private advanced(sequence: number): void {
    const { state } = this.owned!;
    if (sequence > state.position) state.position = sequence;
    this.requests.waiters.advance(state.position);
  }

  /**
   * Whoever comes first upon something damaged or lost among what is stored has it mended, be it the fold, a request or an errand.
   * @throws AppError REK_HOST_UNAVAILABLE then; what `read` throws
   */
  private readonly readingStored = async <T>(state: PartitionState, read: () => Promise<T>): Promise<T> => {
    try {
      const result = await read();
      if (this.context.budget.used > this.context.budget.max) this.inbox.wake(); // readers make users resident, too
      return result;
    } catch (error) {
      if (!isLost(error) && !isDamaged(error)) throw error;
      if (state === this.owned?.state && state.sound) this.restoreSoon(error);
      const message = `partition ${this.partition} is about to be restored: ${error.message}`;
      throw new AppError('REK_HOST_UNAVAILABLE', message, undefined, { cause: error });
    }
  };

  private restoreSoon(error: AppError): void {
    this.unusable = error;
    this.owned!.state.sound = false; // in memory it is right, but what is stored beside it is not
    this.inbox.wake();
  }

  private servableState(): PartitionState {
    if (this.servable) return this.owned!.state;
    throw new AppError('REK_HOST_UNAVAILABLE', `partition ${this.partition} is ${this.phase} on this host`);
  }

  private finish(): void {
    this.ending = true;
    this.reading.abort();
    this.inbox.wake();
  }

  private end(): void {
    this.phase = 'ended';
    this.ending = this.stopped = true;
    this.emitter?.stop();
    this.requests.waiters.close();
    this.inbox.clear();
    this.owned?.state.users.clear();
    void this.errands.run();
  }
}
