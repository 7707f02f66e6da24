/**
 * A rebuild leaves out what live hosts leave out: events whose fold throws. The throw leaves half-changed users behind, so a careful fold
 * keeps what each event is about to change, and undoes those that throw; it takes about twice the time. A plain one is of no use any more then,
 * so the rebuild begins anew, once, with care. Hosts do the same from their checkpoint (apps/actors/partition/frame-folder.ts), so the
 * same code arrives at the same bytes. A fold that was mended since takes the event: then the rebuild differs from hosts that left it out.
 */
import { errorMessage } from '#kernel';

/** Events of a partition that are left out; more means that the fold itself is broken. */
export const LEFT_OUT_MAX = 10_000;

/** The fold of a frame threw; what it was folded into is of no use any more. */
export class FoldThrew extends Error {
  constructor(
    readonly sequence: number,
    override readonly cause: unknown,
  ) {
    super(`the fold of log entry ${sequence} failed: ${errorMessage(cause)}`);
  }
}

/**
 * Runs `attempt`, and once more with care when a fold threw. It must begin with nothing each time.
 * @throws what `attempt` throws besides, and FoldThrew beyond LEFT_OUT_MAX
 */
export async function carefulIfNeeded<T>(attempt: (careful: boolean) => Promise<T>): Promise<T> {
  try {
    return await attempt(false);
  } catch (error) {
    if (!(error instanceof FoldThrew)) throw error;
    return attempt(true);
  }
}
