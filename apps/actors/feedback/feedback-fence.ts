/**
 * Takes a partition of FEEDBACK over: appends an empty message with the new epoch, on condition that nothing
 * came in between. From then on every append of the former owner is refused by the log itself, because it
 * expects an older last message (I3). The fence repeats how far feedback was emitted.
 */
import { assembleFeedbackBatch, decodeFeedbackHeader } from '#events';
import { AppError } from '#kernel';
import type { LogTopology } from '#log';
import type { EmittedMark } from './feedback-queue.js';

/** Other writers that may slip in between while we fence. */
const RACES_MAX = 20;

export interface Fence extends EmittedMark {
  /** FEEDBACK sequence of the partition's last message. */
  readonly lastSequence: number;
}

/**
 * @throws AppError REK_STALE_EPOCH when a newer owner has fenced; REK_LOG_DAMAGED when the last message cannot be
 *   read; REK_LOG_UNAVAILABLE.
 */
export async function fenceFeedback(topology: LogTopology, partition: number, epoch: number): Promise<Fence> {
  const subject = topology.subjects.feedback(partition);
  for (let race = 0; race < RACES_MAX; race++) {
    const last = await topology.feedback.last(subject);
    const header = last && decodeFeedbackHeader(last.payload);
    if (header && header.epoch > epoch)
      throw new AppError(
        'REK_STALE_EPOCH',
        `feedback.${partition} is fenced by epoch ${header.epoch}; this host has ${epoch}`,
        { floor: header.epoch },
      );
    const mark: EmittedMark = {
      through: header?.through ?? { sequence: 0, index: 0 },
      part: header?.part ?? 0,
    };
    if (last && header!.epoch === epoch) return { ...mark, lastSequence: last.sequence }; // an earlier try of ours landed
    const payload = assembleFeedbackBatch({ partition, epoch, ...mark }, 0, []);
    try {
      const lastSequence = await topology.feedback.append(subject, payload, {
        expectedLastSubjectSequence: last?.sequence ?? 0,
      });
      return { ...mark, lastSequence };
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'REK_STALE_EPOCH') throw error;
    }
  }
  throw new AppError(
    'REK_STALE_EPOCH',
    `${RACES_MAX} times another writer of feedback.${partition} was faster`,
  );
}
