/** One frame of events, with the checksum that readers hold it to: for whoever appends now and then (FramePublisher: for many). */
import { checksumOf, CRC_HEADER, encodeFrame, type LogEvent } from '#events';
import type { EventLog } from './event-log.js';

/** @param messageId the same within NATS's duplicate window is stored once. @returns the sequence */
export function appendEvents(
  log: Pick<EventLog, 'append'>,
  subject: string,
  events: readonly LogEvent[],
  messageId?: string,
): Promise<number> {
  const payload = encodeFrame(events);
  const headers = { [CRC_HEADER]: checksumOf(payload) };
  return log.append(subject, payload, { headers, ...(messageId !== undefined && { messageId }) });
}
