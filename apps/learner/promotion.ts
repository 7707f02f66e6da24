/**
 * Makes a model that was rebuilt aside the live one, without a pause and without a gap:
 *
 * 1. load its snapshot;
 * 2. read FEEDBACK until it stands where the live model stands;
 * 3. from here on no other snapshot is stored: catch up again, and store it as one of the live name, its replicas' starting point;
 * 4. catch up again, and swap at equal sequence: one assignment between two records;
 * 5. say so on MODEL: replicas load the snapshot and follow the deltas after it.
 *
 * A failure before the swap leaves this process with the live model as it was. What counts for the next start is what the store has:
 * between 3 and 4 that is the shadow. A process killed there comes back with the shadow as its live model, and nothing was said on MODEL:
 * replicas find deltas of another version and load the newest snapshot. A promotion that failed there, or was stopped, is superseded in
 * the store by the next snapshot of the live model, at the latest by the last one of a process that is told to stop.
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
  for (;;) {
    // Before a swap too: the last snapshot and the last deltas are those of the model that was live when the end began.
    if (signal.aborted) throw new AppError('REK_NOT_READY', 'the learner is shutting down');
    if (shadow.sequence === liveSequence()) return atEqualSequence();
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
}
