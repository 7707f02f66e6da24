/**
 * The two steps of a takeover, in this order:
 *
 * 1. `takeFeedback` fences feedback.<p> with the lease's epoch: the former owner can emit nothing more, and what
 *    it emitted is known.
 * 2. `restoreState` fences the checkpoint row with the same epoch and reads it: the former owner can save nothing
 *    more. A damaged checkpoint is reported and reset; the partition is then folded from the log's start, and the
 *    mark of step 1 keeps it from emitting anything again.
 */
import type { CatalogueView } from '#catalogue';
import { AppError, sleep } from '#kernel';
import type { Lease } from '#log';
import { FeedbackEmitter } from '../feedback/feedback-emitter.js';
import { fenceFeedback, type Fence } from '../feedback/feedback-fence.js';
import type { HostContext } from '../host-context.js';
import { appendHandover } from './handover.js';
import { FoldFailure } from './frame-folder.js';
import { partitionState, type FoldOutput, type PartitionState } from './partition-state.js';
import { untilStoreAnswers } from './patient-store.js';

const FENCE_RETRY_MS = 200;
/** No lease store gets near it: whoever wrote a higher epoch into the log was no owner, and no lease can go above. */
const EPOCH_MAX = 2 ** 52;

export interface OwnerPorts {
  /** Whether the lease is still ours; asked before every write. */
  readonly holds: () => boolean;
  /** Nothing more may be written. */
  readonly stopped: () => boolean;
  /** No further step is wanted, although what was folded may still be saved. */
  readonly ending: () => boolean;
  /** Another host owns the partition, or the log is damaged. */
  readonly failed: (error: unknown) => void;
}

/** @throws AppError REK_STALE_EPOCH, REK_LOG_DAMAGED, REK_LEASE_LOST once stopped */
export async function takeFeedback(
  lease: Lease,
  context: HostContext,
  ports: OwnerPorts,
): Promise<FeedbackEmitter> {
  const { topology, metrics, logger, settings } = context;
  const keys = settings.privacy.sealUsers === 'on' ? context.keys : undefined;
  const { partition, epoch } = lease;
  const fence = await withinLog(await fenceUntilAnswered(lease, context, ports), partition, context);
  return new FeedbackEmitter(partition, epoch, fence, {
    topology,
    holds: ports.holds,
    failed: ports.failed,
    appendEffect: (event) => appendHandover(topology, event, keys, ports.stopped),
    counted: (kind, records) => metrics.feedbackRecords.inc({ kind }, records),
    retrying: (error) => logger.warn({ err: error, partition }, 'appending feedback again'),
  });
}

/** @throws AppError REK_STALE_EPOCH, REK_LEASE_LOST once stopped */
export async function restoreState(
  lease: Lease,
  context: HostContext,
  ports: OwnerPorts,
  view: CatalogueView,
  emitter: FeedbackEmitter,
): Promise<PartitionState> {
  const { partition, epoch } = lease;
  const output: FoldOutput = {
    emit: (record) => emitter.emit(record),
    effect: ({ event }) => emitter.effect(event),
  };
  for (;;) {
    try {
      const checkpoint = await patiently(context, partition, ports, () =>
        context.checkpoints.fence(partition, epoch),
      );
      if (checkpoint && checkpoint.sequence > (await context.topology.log.head())) {
        throw new AppError(
          'REK_SNAPSHOT_INVALID',
          `the checkpoint stands at ${checkpoint.sequence}, beyond the log's head: the log has lost its tail`,
        );
      }
      return partitionState(partition, checkpoint, context, view, output);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'REK_SNAPSHOT_INVALID') throw error;
      context.logger.error(
        { err: error, partition },
        'the checkpoint is invalid: folding the partition from the log',
      );
      context.metrics.checkpointFailures.inc({ cause: error.code });
      await resetCheckpoint(lease, context, ports);
    }
  }
}

/**
 * The log may know higher epochs than a lease store that was lost and began anew: ticks and lists under this lease would be stale until
 * the store has caught up with them.
 * @param known highest epoch folded. @returns REK_STALE_EPOCH with the floor of the lease to take instead; undefined when this one is the newest
 */
export function staleLease({ partition, epoch }: Lease, known: number): AppError | undefined {
  if (known <= epoch || known > EPOCH_MAX) return undefined;
  const message = `the log of partition ${partition} knows epoch ${known}; this host has ${epoch}`;
  return new AppError('REK_STALE_EPOCH', message, { floor: known });
}

export function resetCheckpoint(
  { partition, epoch }: Lease,
  context: HostContext,
  ports: OwnerPorts,
): Promise<void> {
  return patiently(context, partition, ports, () => context.checkpoints.reset(partition, epoch));
}

/** Waits for Postgres until the partition ends. */
export function patiently<T>(
  { logger, metrics }: HostContext,
  partition: number,
  ports: OwnerPorts,
  operation: () => Promise<T>,
): Promise<T> {
  return untilStoreAnswers(operation, ports.ending, (error) => {
    metrics.checkpointFailures.inc({ cause: error.code });
    logger.warn({ err: error, partition }, 'waiting for Postgres');
  });
}

async function fenceUntilAnswered(
  { partition, epoch }: Lease,
  { topology, logger }: HostContext,
  ports: OwnerPorts,
): Promise<Fence> {
  for (;;) {
    if (ports.ending()) throw new AppError('REK_LEASE_LOST');
    try {
      return await fenceFeedback(topology, partition, epoch);
    } catch (error) {
      if (error instanceof AppError && !error.retryable) throw error;
      logger.warn({ err: error, partition }, 'fencing feedback again');
      await sleep(FENCE_RETRY_MS);
    }
  }
}

async function withinLog(fence: Fence, partition: number, { topology, logger }: HostContext): Promise<Fence> {
  const head = await topology.log.head();
  if (fence.through.sequence <= head) return fence;
  logger.fatal(
    { partition, emittedThrough: fence.through.sequence, head },
    'REK_LOG_DAMAGED: feedback was emitted for events that the log has lost',
  );
  return { ...fence, through: { sequence: head, index: 0 }, part: 0 };
}

/** The state can be rebuilt: from the checkpoint that is left, or from the log after a damaged row. */
export function isRestorable(error: unknown): boolean {
  return error instanceof FoldFailure || isDamaged(error) || isLost(error);
}

/** What is stored is whole, but older than what was acknowledged. */
export function isLost(error: unknown): error is AppError {
  return error instanceof AppError && error.code === 'REK_CHECKPOINT_LOST';
}

export function isDamaged(error: unknown): error is AppError {
  return error instanceof AppError && error.code === 'REK_SNAPSHOT_INVALID';
}
