/** Folds FEEDBACK messages into a model; what cannot be decoded goes to the dead stream and stalls nothing. */
import { AppError, errorMessage } from '#kernel';
import type { OnlineModel } from '#learning';
import type { LogMessage } from '#log';

export interface RefusedMessage {
  readonly message: LogMessage;
  readonly code: string;
  readonly reason: string;
}

/** @returns why the message was refused. Its sequence counts as folded either way, so that every rebuild skips it too. */
export function foldMessage(model: OnlineModel, message: LogMessage): RefusedMessage | undefined {
  try {
    model.fold(message.sequence, message.payload);
    return undefined;
  } catch (error) {
    // A damaged payload, or lengths inside it that point beyond its end; anything else is a defect: stop.
    if (!(error instanceof RangeError) && !(error instanceof AppError && error.code === 'REK_LOG_DAMAGED'))
      throw error;
    return { message, code: 'REK_LOG_DAMAGED', reason: errorMessage(error) };
  }
}
