/** Stores the other half of a merge in LOG. Its event id is derived from the merge, so storing it twice changes nothing. */
import type { Absorb } from '#events';
import { AppError, partitionOf, sleep } from '#kernel';
import { appendEvents, type LogTopology } from '#log';
import type { UserKeys } from '#privacy';

const RETRY_BASE_MS = 50;
const RETRY_CAP_MS = 1_000;

/**
 * Tries until the log has it.
 * @param keys undefined: in the clear
 * @throws AppError REK_LEASE_LOST once `givenUp`; what a retry cannot help
 */
export async function appendHandover(
  topology: LogTopology,
  event: Absorb,
  keys: Pick<UserKeys, 'seal'> | undefined,
  givenUp: () => boolean,
): Promise<void> {
  const subject = topology.subjects.user(partitionOf(event.userId, topology.partitions));
  for (let attempt = 0; ; attempt++) {
    if (givenUp()) throw new AppError('REK_LEASE_LOST');
    try {
      const events = keys ? await keys.seal([event]) : [event];
      await appendEvents(topology.log, subject, events, event.eventId);
      return;
    } catch (error) {
      if (!(error instanceof AppError) || !error.retryable) throw error;
      await sleep(Math.random() * Math.min(RETRY_CAP_MS, RETRY_BASE_MS * 2 ** attempt));
    }
  }
}
