/**
 * Makes a model that was rebuilt aside the live one, without a pause and without a gap:
 *
 * 1. load its snapshot;
 * 2. read FEEDBACK until it stands where the live model stands;
 * 3. store it as a snapshot of the live name, its replicas' starting point;
 * 4. catch up again, and swap at equal sequence: one assignment between two records;
 * 5. say so on MODEL: replicas load the snapshot and follow the deltas after it.
 *
 * Until step 4 nothing has changed for anybody; a failure before it leaves the live model as it was.
 */
import { AppError, inTurns, Turns } from '#kernel';
import { OnlineModel } from '#learning';
import type { LogTopology } from '#log';
import type { SnapshotSource } from '#model-feed';
import { foldMessage } from './feedback-fold.js';

const READ_BATCH = 64;
const BEHIND_WAIT_MS = 20;

export async function loadShadow(snapshots: SnapshotSource, snapshotId: string): Promise<OnlineModel> {
  const snapshot = await snapshots.get(snapshotId);
  if (!snapshot) throw new AppError('REK_INVALID_REQUEST', `there is no snapshot ${snapshotId}`);
  return inTurns(OnlineModel.restoring(snapshot.header, snapshot.chunks), new Turns());
}

/** Calls `atEqualSequence` in the very turn in which the shadow stands where the live model stands. */
export async function catchUp(
  shadow: OnlineModel,
  liveSequence: () => number,
  topology: LogTopology,
  signal: AbortSignal,
  atEqualSequence: () => void,
): Promise<void> {
  const turns = new Turns();
  while (shadow.sequence !== liveSequence()) {
    if (signal.aborted) throw new AppError('REK_NOT_READY', 'the learner is shutting down');
    if (shadow.sequence > liveSequence()) {
      await new Promise((resolve) => setTimeout(resolve, BEHIND_WAIT_MS));
      continue;
    }
    for await (const messages of topology.feedback.read({
      from: shadow.sequence + 1,
      until: liveSequence(),
      signal,
      batchMax: READ_BATCH,
    })) {
      // Refused messages were reported when the live model met them.
      for (const message of messages) {
        foldMessage(shadow, message);
        await turns.giveWay();
      }
    }
  }
  atEqualSequence();
}
