/**
 * Reads a log ahead of whoever folds it: each message is announced some thousand messages before it is given, since a list
 * stands in the log behind the moment at which it was ranked.
 */
import type { LogPlace } from '#evaluation';
import type { FrameEntry } from '#events';

export interface OpenedMessage {
  readonly message: LogPlace;
  readonly entries: readonly FrameEntry[];
}

/** How far ahead: a list that was written down later than that is ranked in a later state than its own. */
export const AHEAD_MESSAGES_MAX = 4_096;
const AHEAD_ENTRIES_MAX = 200_000;

export async function* lookAhead(
  messages: AsyncIterable<OpenedMessage>,
  announce: (message: OpenedMessage) => void,
  aheadMax = AHEAD_MESSAGES_MAX,
): AsyncGenerator<OpenedMessage> {
  const ahead: OpenedMessage[] = [];
  let first = 0;
  let entries = 0;
  const give = (): OpenedMessage => {
    const message = ahead[first++]!;
    entries -= message.entries.length;
    if (first > aheadMax) {
      ahead.splice(0, first);
      first = 0;
    }
    return message;
  };
  for await (const message of messages) {
    announce(message);
    ahead.push(message);
    entries += message.entries.length;
    while (ahead.length - first > aheadMax || (entries > AHEAD_ENTRIES_MAX && ahead.length - first > 1))
      yield give();
  }
  while (first < ahead.length) yield give();
}
