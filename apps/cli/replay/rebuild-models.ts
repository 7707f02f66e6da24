/** Rebuilds models from FEEDBACK: one pass, any number of them with different settings, each a shadow of the live one. */
import { AppError } from '#kernel';
import type { OnlineModel } from '#learning';
import type { EventLog } from '#log';
import type { Progress } from '../terminal/progress.js';
import { readUntil, type Until } from './until.js';

export interface RebuildOptions {
  /** Sequence of the last message to fold. */
  readonly last: number;
  readonly until?: Until;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Sees each message before it is folded. */
  readonly before?: (sequence: number, payload: Uint8Array) => void;
}

/** @returns messages that could not be read: the live learner refuses and skips the same ones. */
export async function rebuildModels(
  feedback: EventLog,
  models: readonly OnlineModel[],
  { last, until, progress, signal, before }: RebuildOptions,
): Promise<number> {
  let refused = 0;
  for await (const batch of readUntil(feedback, last, until, signal)) {
    for (const { sequence, payload } of batch) if (!foldInto(models, sequence, payload, before)) refused++;
    progress.update(batch.at(-1)!.sequence, models[0]!.samples);
  }
  progress.stop(models[0]!.sequence, models[0]!.samples);
  if (signal.aborted) throw new AppError('REK_NOT_READY', 'interrupted before the rebuild was complete');
  return refused;
}

/** One FEEDBACK message into all of them. @returns false when it is damaged: the live learner skips the same ones */
export function foldInto(
  models: readonly OnlineModel[],
  sequence: number,
  payload: Uint8Array,
  before?: RebuildOptions['before'],
): boolean {
  try {
    before?.(sequence, payload);
    for (const model of models) model.fold(sequence, payload);
    return true;
  } catch (error) {
    // As in the learner: damage is skipped, anything else is a defect.
    if (!(error instanceof RangeError) && !(error instanceof AppError && error.code === 'REK_LOG_DAMAGED'))
      throw error;
    for (const model of models) model.sequence = sequence;
    return false;
  }
}
