/**
 * What a reader of LOG may fold from a stored message, whoever wrote it. Live hosts and replays share this
 * door, so that what one refuses the other refuses too. Never throws: what cannot be used comes back as a
 * rejection, for the dead stream.
 */
import { partitionOf } from '#kernel';
import { checksumOf, CRC_HEADER, decodeFrame, type FrameEntry } from './frame.js';
import { isSharedEvent, isUserEvent, type LogEvent, type Rejection } from './parse.js';

export interface StoredFrame {
  readonly payload: Uint8Array;
  header(name: string): string | undefined;
}

/** The partition whose users' events are in messages of this subject, `log.user.7` → 7; undefined for `log.item`. */
export function partitionOfSubject(subject: string): number | undefined {
  const partition = /^log\.user\.(\d+)$/.exec(subject)?.[1];
  return partition === undefined ? undefined : Number(partition);
}

/** The entries of a message of `log.user.<partition>`: user events of that partition, sealed ones as they are, and ticks. */
export function decodeUserFrame(frame: StoredFrame, partition: number, partitions: number): FrameEntry[] {
  return decodeStored(frame, (event) => {
    if (isSharedEvent(event)) return `${event.kind} belongs to log.item`;
    if (!isUserEvent(event)) return undefined;
    const own = partitionOf(event.userId, partitions);
    return own === partition ? undefined : `this user belongs to log.user.${own}`;
  });
}

/** The entries of a message of `log.item`: the catalogue's, and settings. */
export function decodeItemFrame(frame: StoredFrame): FrameEntry[] {
  return decodeStored(frame, (event) =>
    isSharedEvent(event) ? undefined : `${event.kind} does not belong to log.item`,
  );
}

function decodeStored(frame: StoredFrame, misplaced: (event: LogEvent) => string | undefined): FrameEntry[] {
  const wanted = frame.header(CRC_HEADER);
  if (wanted !== undefined && wanted !== checksumOf(frame.payload)) {
    return [
      {
        index: 0,
        rejection: { code: 'REK_LOG_DAMAGED', message: 'the payload does not match its checksum' },
        raw: undefined,
      },
    ];
  }
  return decodeFrame(frame.payload).map((entry) => {
    const message = 'event' in entry ? misplaced(entry.event) : undefined;
    if (message === undefined || !('event' in entry)) return entry;
    const rejection: Rejection = { code: 'REK_INVALID_EVENT', message };
    return { index: entry.index, rejection, raw: entry.event };
  });
}
