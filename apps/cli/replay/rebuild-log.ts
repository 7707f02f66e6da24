/**
 * Rebuilds everything from LOG: the catalogue, every user of every partition, the feedback records they cause,
 * and a model that learns them in the order of the log.
 */
import { LogFold } from '#evaluation';
import type { FeedbackRecord } from '#events';
import type { FoldSettings } from '#interest';
import { AppError } from '#kernel';
import type { EventLog } from '#log';
import type { Progress } from '../terminal/progress.js';
import { readUntil, type Until } from './until.js';

export interface LogRebuildOptions {
  readonly partitions: number;
  readonly fold: FoldSettings;
  /** LOG sequence of the last message to fold, by partition: user frames beyond it are left out. */
  readonly lastOf: (partition: number) => number;
  readonly last: number;
  readonly until?: Until;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly emit: (partition: number, record: FeedbackRecord) => void;
  /** See LogFold. */
  readonly suspects: ReadonlySet<number>;
}

export interface RebuiltLog {
  readonly fold: LogFold;
  readonly events: number;
  /** LOG sequence folded. */
  readonly sequence: number;
}

/** @throws SuspectFrame: begin anew with it, see `withSuspects` */
export async function rebuildLog(log: EventLog, options: LogRebuildOptions): Promise<RebuiltLog> {
  const { progress, signal } = options;
  const fold = new LogFold(options.partitions, options.fold, options.emit, options.suspects);
  let events = 0;
  let sequence = 0;
  for await (const batch of readUntil(log, options.last, options.until, signal)) {
    for (const message of batch) {
      const partition = /^log\.user\.(\d+)$/.exec(message.subject)?.[1];
      if (partition === undefined || message.sequence <= options.lastOf(Number(partition)))
        events += fold.fold(message);
      sequence = message.sequence;
    }
    progress.update(sequence, events);
  }
  progress.stop(sequence, events);
  if (signal.aborted) throw new AppError('REK_NOT_READY', 'interrupted before the rebuild was complete');
  return { fold, events, sequence };
}
