/**
 * A log entry is a frame: one JSON event, or a JSON array of events of one partition, in order.
 * The array form is what our gateway and publishers write; the single form is what anybody can write by hand.
 * Frames of ours carry a CRC-32 of the payload in the header `Rekappa-Crc32` (8 hex digits).
 */
import { crc32 } from 'node:zlib';
import type { LogEvent, Rejection } from './parse.js';
import { nestsDeeper } from './json-depth.js';
import { parseEvent } from './parse.js';
import type { Sealed } from './user-events.js';

export const CRC_HEADER = 'Rekappa-Crc32';
/** A payload over this is refused unread: the bound of one frame. */
export const FRAME_BYTES_MAX = 768 * 1024;
export const FRAME_EVENTS_MAX = 1_000;

export type FrameEntry =
  | {
      readonly index: number;
      readonly event: LogEvent;
      /** What the event was opened from (libs/privacy): what may be kept of it elsewhere. */
      readonly sealed?: Sealed;
    }
  | { readonly index: number; readonly rejection: Rejection; readonly raw: unknown };

export function encodeFrame(events: readonly LogEvent[]): Uint8Array {
  return Buffer.from(JSON.stringify(events.length === 1 ? events[0] : events), 'utf8');
}

export function checksumOf(payload: Uint8Array): string {
  return crc32(payload).toString(16).padStart(8, '0');
}

/**
 * Decodes a frame. Never throws: each bad event becomes an entry with its rejection, and a payload that
 * cannot be read at all becomes one rejection at index 0. The good events of a mixed frame are kept.
 */
export function decodeFrame(payload: Uint8Array): FrameEntry[] {
  if (payload.byteLength > FRAME_BYTES_MAX) {
    return [
      bad(
        0,
        `frame of ${payload.byteLength} bytes exceeds ${FRAME_BYTES_MAX}`,
        undefined,
        'REK_BODY_TOO_LARGE',
      ),
    ];
  }
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('utf8'));
  } catch (error) {
    return [bad(0, (error as Error).message.slice(0, 200), undefined, 'REK_INVALID_JSON')];
  }
  const values: unknown[] = Array.isArray(value) ? value : [value];
  if (values.length > FRAME_EVENTS_MAX) {
    return [
      bad(0, `frame of ${values.length} events exceeds ${FRAME_EVENTS_MAX}`, undefined, 'REK_BODY_TOO_LARGE'),
    ];
  }
  return values.map((raw, index) => {
    const parsed = parseEvent(raw);
    if (parsed.ok) return { index, event: parsed.event };
    // What is too deep to be written as JSON again goes on as the payload that it came in.
    return { index, rejection: parsed.rejection, raw: nestsDeeper(raw) ? undefined : raw };
  });
}

function bad(index: number, message: string, raw: unknown, code: Rejection['code']): FrameEntry {
  return { index, rejection: { code, message }, raw };
}
