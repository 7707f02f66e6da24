/**
 * The time of a stream of events: at live input it keeps up with the wall clock, at replayed input it stays with the
 * events. The owner of a partition asks for it to decide whether a deadline is due and a tick is to be appended.
 *
 * A stream that stood still for QUIET_MS is no longer being replayed, so its time is the wall clock's: the lists of an
 * imported history close soon after the import, not a whole attribution window later.
 */

/** An import that pauses for longer closes the lists that are open, ms. */
export const QUIET_MS = 15_000;

/**
 * @param lastEventTime newest event time read, ms
 * @param readAt wall clock when it was read, ms
 * @param wallNow wall clock now, ms
 */
export function streamNow(lastEventTime: number, readAt: number, wallNow: number): number {
  const quiet = Math.max(0, wallNow - readAt);
  if (quiet >= QUIET_MS) return wallNow;
  return Math.min(wallNow, lastEventTime + quiet);
}
