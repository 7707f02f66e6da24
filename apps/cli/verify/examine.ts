/** What is looked at in each message: the checks that readers make before they fold. */
import {
  decodeItemFrame,
  decodeUserFrame,
  FeedbackDecoder,
  type FeedbackSink,
  partitionOfSubject,
} from '#events';
import { errorMessage } from '#kernel';
import type { LogMessage } from '#log';
import type { Finding } from './audit.js';

/** A message of LOG: checksum, frame, every event in it. */
export function examineLogMessage(message: LogMessage, partitions: number): Finding[] {
  const partition = partitionOfSubject(message.subject);
  const entries =
    partition === undefined ? decodeItemFrame(message) : decodeUserFrame(message, partition, partitions);
  return entries.flatMap((entry): Finding[] => {
    if ('event' in entry) return [];
    const { code, message: reason } = entry.rejection;
    return [{ kind: code === 'REK_LOG_DAMAGED' ? 'damaged' : 'refused', message: reason }];
  });
}

/** Messages of FEEDBACK: checksum, records, and that no partition's batches go back behind what was emitted. */
export class FeedbackExaminer {
  private readonly decoder = new FeedbackDecoder();
  private readonly sink: FeedbackSink = { exposure() {}, outcome() {}, sequel() {}, engagement() {} };
  private readonly through = new Map<number, { sequence: number; index: number; part: number }>();

  examine(message: LogMessage): Finding[] {
    try {
      const { partition, through, part, count } = this.decoder.decode(message.payload, this.sink);
      const before = this.through.get(partition);
      this.through.set(partition, { ...through, part });
      const repeats =
        before &&
        (through.sequence - before.sequence || through.index - before.index || part - before.part) <
          (count > 0 ? 1 : 0);
      return repeats
        ? [
            {
              kind: 'damaged',
              message: `partition ${partition} goes back from position ${before.sequence}/${before.index} to ${through.sequence}/${through.index}: records are doubled`,
            },
          ]
        : [];
    } catch (error) {
      return [{ kind: 'damaged', message: errorMessage(error) }];
    }
  }
}
