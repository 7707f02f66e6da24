/**
 * The time of a stream of events: at live input it keeps up with the wall clock, at replayed input it stays with the
 * events. The owner of a partition asks for it to decide whether a deadline is due and a tick is to be appended.
 * @param lastEventTime newest event time read, ms
 * @param readAt wall clock when it was read, ms
 * @param wallNow wall clock now, ms
 */
export function streamNow(lastEventTime: number, readAt: number, wallNow: number): number {
  return Math.min(wallNow, lastEventTime + Math.max(0, wallNow - readAt));
}
