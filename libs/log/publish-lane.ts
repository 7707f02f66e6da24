/** The events of one subject that wait for a frame, and how a frame is cut from them. */
import { createHash } from 'node:crypto';
import { isItemEvent, isUserEvent, type LogEvent } from '#events';

export interface Acknowledgement {
  /** LOG sequence of the frame that holds the event. */
  readonly sequence: number;
  /** The event's place in the frame. */
  readonly index: number;
}

/** Hears what became of an event. */
export interface Listener {
  acknowledged(place: number, acknowledgement: Acknowledgement): void;
  failed(place: number, error: unknown): void;
}

export interface Waiting {
  readonly json: string;
  readonly bytes: number;
  readonly id: string;
  readonly listener: Listener;
  /** The event's place among those of its listener. */
  readonly place: number;
}

/** The events of one subject that wait, and whether a frame of it is under way. */
export interface Lane {
  readonly subject: string;
  waiting: Waiting[];
  bytes: number;
  /** When the oldest waiting event came, ms of `performance.now`. */
  since: number;
  timer: NodeJS.Timeout | undefined;
  busy: boolean;
  /** Full, old enough or flushed: goes as soon as it may. */
  due: boolean;
}

export function newLane(subject: string): Lane {
  return { subject, waiting: [], bytes: 0, since: 0, timer: undefined, busy: false, due: false };
}

/** Bytes that an event takes in a frame: its JSON and a comma. */
export const bytesInFrame = (entry: Waiting): number => entry.bytes + 1;

/** Takes the next frame's events out of the lane: the oldest, within both bounds, at least one. */
export function cutFrame(lane: Lane, eventsMax: number, bytesMax: number): Waiting[] {
  const { waiting } = lane;
  let count = 0;
  let bytes = 2;
  while (count < waiting.length && count < eventsMax) {
    const more = bytesInFrame(waiting[count]!);
    if (count > 0 && bytes + more > bytesMax) break;
    bytes += more;
    count++;
  }
  lane.waiting = count === waiting.length ? [] : waiting.slice(count);
  lane.bytes -= bytes - 2;
  return count === waiting.length ? waiting : waiting.slice(0, count);
}

/** The same bytes as `encodeFrame`, from events that are JSON already. */
export function encodeWaiting(frame: readonly Waiting[]): Uint8Array {
  if (frame.length === 1) return Buffer.from(frame[0]!.json, 'utf8');
  return Buffer.from(`[${frame.map((entry) => entry.json).join(',')}]`, 'utf8');
}

/** Event ids are unique per user or item only. */
export function identityOf(event: LogEvent): string {
  if (isItemEvent(event)) return `${event.itemId}\0${event.eventId}`;
  return isUserEvent(event) ? `${event.userId}\0${event.eventId}` : event.eventId;
}

/** The same events of the same users give the same id; two users' equal event ids do not. */
export function messageIdOf(subject: string, frame: readonly Waiting[]): string {
  const hash = createHash('sha1').update(subject);
  for (const entry of frame) hash.update('\0').update(entry.id);
  return hash.digest('base64url');
}
