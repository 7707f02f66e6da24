/**
 * Rebuilds everything from LOG: the catalogue, every user of every partition, the feedback records they cause,
 * and a model that learns them in the order of the log.
 */
import { SealedReader, type KeySource } from '#privacy';
import { LogFold } from '#evaluation';
import { partitionOfSubject, type FeedbackRecord } from '#events';
import type { SettingsHistory } from '#interest';
import { type LogPosition, AppError } from '#kernel';
import type { EventLog } from '#log';
import type { Progress } from '../terminal/progress.js';
import { readUntil, type Until } from './until.js';

export interface LogRebuildOptions {
  readonly partitions: number;
  /** As far as they are known; see `settingsInLog`. */
  readonly settings: SettingsHistory;
  /** LOG sequence of the last message to fold, by partition: user frames beyond it are left out. */
  readonly lastOf: (partition: number) => number;
  readonly last: number;
  readonly until?: Until;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Undefined without a master key: then a sealed event ends the rebuild. */
  readonly keys?: KeySource | undefined;
  /** Told of each event that stays sealed, because its user was erased. */
  readonly passedOver?: (position: LogPosition) => void;
  readonly emit: (partition: number, record: FeedbackRecord) => void;
  /** See LogFold. */
  readonly careful: boolean;
}

export interface RebuiltLog {
  readonly fold: LogFold;
  readonly events: number;
  /** LOG sequence folded. */
  readonly sequence: number;
}

/** @throws FoldThrew: begin anew with care, see `carefulIfNeeded` */
export async function rebuildLog(log: EventLog, options: LogRebuildOptions): Promise<RebuiltLog> {
  const { progress, signal } = options;
  const fold = new LogFold(options.partitions, options.settings, options.emit, options.careful);
  const sealed = new SealedReader(options.keys, options.partitions, options.passedOver);
  let events = 0;
  let sequence = 0;
  for await (const batch of readUntil(log, options.last, options.until, signal)) {
    const wanted = batch.filter(({ subject, sequence: at }) => {
      const partition = partitionOfSubject(subject);
      return partition === undefined || at <= options.lastOf(partition);
    });
    const opened = await sealed.open(
      wanted.map((message) => ({ sequence: message.sequence, ...fold.decode(message) })),
    );
    for (const [at, message] of wanted.entries()) events += fold.foldEntries(message, opened[at]!);
    sequence = batch.at(-1)?.sequence ?? sequence;
    progress.update(sequence, events);
  }
  progress.stop(sequence, events);
  if (signal.aborted) throw new AppError('REK_NOT_READY', 'interrupted before the rebuild was complete');
  return { fold, events, sequence };
}
