/**
 * A rebuild leaves out what live hosts leave out: events whose fold throws. The throw leaves half-changed users behind, so
 * the rebuild begins anew and folds that frame event by event, undoing those that throw. Hosts do the same from their
 * checkpoint (apps/actors/partition/frame-folder.ts), so the same code arrives at the same bytes. A fold that was mended
 * since takes the event: then the rebuild differs from hosts that left it out.
 */
import { errorMessage } from '#kernel';

/** Frames with such events in one log; more means that the fold itself is broken. Each costs one more beginning. */
export const SUSPECTS_MAX = 100;

/** The fold of a frame threw; what it was folded into is of no use any more. */
export class SuspectFrame extends Error {
  constructor(
    readonly sequence: number,
    override readonly cause: unknown,
  ) {
    super(`the fold of log entry ${sequence} failed: ${errorMessage(cause)}`);
  }
}

/**
 * Runs `attempt` until no frame is suspect that was not before. It must begin with nothing each time.
 * @throws what `attempt` throws besides, and the last SuspectFrame beyond SUSPECTS_MAX
 */
export async function withSuspects<T>(attempt: (suspects: ReadonlySet<number>) => Promise<T>): Promise<T> {
  const suspects = new Set<number>();
  for (;;) {
    try {
      return await attempt(suspects);
    } catch (error) {
      if (!(error instanceof SuspectFrame) || suspects.size >= SUSPECTS_MAX) throw error;
      suspects.add(error.sequence);
    }
  }
}
