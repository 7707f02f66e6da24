/** The unit of folding: messages whose users are loaded with one query. */
import type { LogMessage } from '#log';
import type { HostContext } from '../host-context.js';

export const STEP_MESSAGES_MAX = 64;
export const STEP_BYTES_MAX = 64 * 1024;

/**
 * What stands in the log for a partition, read by itself. What the log has lost there is said, and the rest goes on: whose the lost
 * messages were, nobody can say.
 */
export async function* missedSteps(
  { topology, logger }: Pick<HostContext, 'topology' | 'logger'>,
  partition: number,
  from: number,
  until: number,
  signal: AbortSignal,
): AsyncGenerator<LogMessage[]> {
  const subject = topology.subjects.user(partition);
  const onGap = (from: number, to: number): void =>
    logger.fatal(
      { partition, from, to },
      'REK_LOG_DAMAGED: the log has lost messages within what this partition folds: run `rekappa verify`',
    );
  for await (const batch of topology.log.read({ from, until, subject, signal, onGap })) yield* stepsOf(batch);
}

/** Cuts a batch into steps; a message larger than the bound is a step of its own. */
function* stepsOf(batch: readonly LogMessage[]): Generator<LogMessage[]> {
  let step: LogMessage[] = [];
  let bytes = 0;
  for (const message of batch) {
    if (
      step.length === STEP_MESSAGES_MAX ||
      (step.length > 0 && bytes + message.payload.byteLength > STEP_BYTES_MAX)
    ) {
      yield step;
      step = [];
      bytes = 0;
    }
    step.push(message);
    bytes += message.payload.byteLength;
  }
  if (step.length > 0) yield step;
}
