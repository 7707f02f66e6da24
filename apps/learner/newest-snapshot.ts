/** The snapshot to start from. The store may be slow to come up; without it, FEEDBACK has everything (invariant I5). */
import { errorMessage, sleep, type Clock } from '#kernel';
import type { SnapshotSource, StoredSnapshot } from '#model-feed';
import type { Logger } from '#observability';
import type { LearnerMetrics } from './learner-metrics.js';

/** How long to wait for the store before learning from the beginning of FEEDBACK instead, ms. */
const STORE_WAIT_MS = 30_000;
const STORE_RETRY_MS = 500;

interface SnapshotPorts {
  readonly snapshots: SnapshotSource;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: LearnerMetrics;
}

export async function newestSnapshot(
  model: string,
  ports: SnapshotPorts,
  signal: AbortSignal,
): Promise<StoredSnapshot | undefined> {
  const { snapshots, clock, logger, metrics } = ports;
  for (const deadline = clock.monotonic() + STORE_WAIT_MS; ; await sleep(STORE_RETRY_MS)) {
    try {
      return await snapshots.newestValid(model);
    } catch (error) {
      metrics.snapshotFailed('read');
      if (clock.monotonic() >= deadline || signal.aborted) {
        logger.error({ err: error }, 'no snapshot store: learning from the beginning of FEEDBACK');
        return undefined;
      }
      logger.warn({ reason: errorMessage(error) }, 'waiting for the snapshot store');
    }
  }
}
