/** A refusal of the gateway, or of the client itself (queue full, no answer), with the code of docs/errors.md. */
export class ClientError extends Error {
  constructor(
    readonly code: string,
    message: string,
    /** Whether sending the same again later can help. */
    readonly retryable: boolean,
    /** HTTP status; 0 when there was no answer. */
    readonly status = 0,
    /** What the server asked to wait, ms. */
    readonly retryAfterMs?: number,
  ) {
    super(message);
    this.name = 'ClientError';
  }
}

/** Codes that stand for a passing condition when they name a single event of a batch. */
export const PASSING_CODES: ReadonlySet<string> = new Set([
  'REK_OVERLOADED',
  'REK_LOG_UNAVAILABLE',
  'REK_LOG_FULL',
  'REK_LOG_UNREADABLE',
  'REK_NOT_READY',
  'REK_TIMEOUT',
]);
