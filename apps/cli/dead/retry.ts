/**
 * A second chance for a dead letter: the event is appended to LOG anew if today's rules take it (an upcaster has come,
 * a limit was raised, the fold was mended), and only then dropped. Doing it twice changes nothing: the event keeps its id.
 */
import { isItemEvent, isUserEvent, parseEvent, type LogEvent, type Rejection } from '#events';
import { AppError, errorMessage, partitionOf } from '#kernel';
import { appendEvents, DeadLetters, type LogTopology, type StoredDeadLetter } from '#log';

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
  const subject = isUserEvent(event)
    ? subjects.user(partitionOf(event.userId, partitions))
    : isItemEvent(event)
      ? subjects.item
      : await subjectOf(letter, topology);
  const appended = await appendEvents(log, subject, [event]);
  await new DeadLetters(topology).drop(sequence);
  return { sequence, appended };
}

/** A sealed event does not say whose it is: it goes back to where it came from. */
async function subjectOf({ source }: StoredDeadLetter, { log }: LogTopology): Promise<string> {
  for await (const [message] of log.read({ from: source.sequence, until: source.sequence }))
    if (message) return message.subject;
  throw new AppError('REK_LOG_DAMAGED', `${log.name} has no message ${source.sequence} any more`);
}

type Retryable = Exclude<LogEvent, { kind: 'tick' | 'settings' }>;

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
  const { event } = parsed;
  if (event.kind === 'tick' || event.kind === 'settings')
    return reason('REK_INVALID_EVENT', `${event.kind} belongs to its moment`);
  return { event };
}
