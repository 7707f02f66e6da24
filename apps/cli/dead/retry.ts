/**
 * A second chance for a dead letter: the event is appended to LOG anew if today's rules take it (an upcaster has come,
 * a limit was raised, the fold was mended), and only then dropped. Doing it twice changes nothing: the event keeps its id.
 */
import {
  checksumOf,
  CRC_HEADER,
  encodeFrame,
  isItemEvent,
  parseEvent,
  type LogEvent,
  type Rejection,
} from '#events';
import { errorMessage, partitionOf } from '#kernel';
import { DeadLetters, type LogTopology, type StoredDeadLetter } from '#log';

export interface RetryOutcome {
  readonly sequence: number;
  /** LOG sequence of the retried event; undefined when it stays dead. */
  readonly appended?: number;
  readonly reason?: Rejection;
}

export async function retryDeadLetter(
  letter: StoredDeadLetter,
  topology: LogTopology,
): Promise<RetryOutcome> {
  const { sequence } = letter;
  const parsed = eventOf(letter);
  if ('reason' in parsed) return { sequence, reason: parsed.reason };
  const { event } = parsed;
  const { subjects, log, partitions } = topology;
  const subject = isItemEvent(event) ? subjects.item : subjects.user(partitionOf(event.userId, partitions));
  const payload = encodeFrame([event]);
  const appended = await log.append(subject, payload, { headers: { [CRC_HEADER]: checksumOf(payload) } });
  await new DeadLetters(topology).drop(sequence);
  return { sequence, appended };
}

type Retryable = Exclude<LogEvent, { kind: 'tick' }>;

function eventOf(letter: StoredDeadLetter): { event: Retryable } | { reason: Rejection } {
  const { raw, encoding, bytes } = letter;
  const reason = (code: Rejection['code'], message: string) => ({ reason: { code, message } });
  if (encoding !== 'utf8') return reason('REK_INVALID_JSON', 'the payload is not text');
  if (Buffer.byteLength(raw) < bytes)
    return reason(
      'REK_BODY_TOO_LARGE',
      `only the first ${Buffer.byteLength(raw)} of ${bytes} bytes are kept`,
    );
  let value: unknown;
  try {
    value = JSON.parse(raw);
  } catch (error) {
    return reason('REK_INVALID_JSON', errorMessage(error));
  }
  const parsed = parseEvent(value);
  if (!parsed.ok) return { reason: parsed.rejection };
  if (parsed.event.kind === 'tick') return reason('REK_INVALID_EVENT', 'a tick belongs to its moment');
  return { event: parsed.event };
}
