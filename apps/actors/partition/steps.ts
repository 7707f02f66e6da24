/** The unit of folding: messages whose users are loaded with one query. */
import type { LogMessage } from '#log';

export const STEP_MESSAGES_MAX = 64;
export const STEP_BYTES_MAX = 64 * 1024;

/** Cuts a batch into steps; a message larger than the bound is a step of its own. */
export function* stepsOf(batch: readonly LogMessage[]): Generator<LogMessage[]> {
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
