/**
 * Expected failures. Each has a stable code, an HTTP status and whether a retry can help;
 * the message tells the caller what to do. docs/errors.md lists this catalogue, and a test holds it to it.
 */
export const ERROR_CATALOGUE = {
  REK_INVALID_JSON: { status: 400, retryable: false, meaning: 'The body is not valid JSON or NDJSON.' },
  REK_INVALID_EVENT: { status: 400, retryable: false, meaning: 'An event does not match its schema.' },
  REK_UNKNOWN_KIND: {
    status: 400,
    retryable: false,
    meaning: 'The event kind is not one that this version knows.',
  },
  REK_UNKNOWN_VERSION: {
    status: 400,
    retryable: false,
    meaning: 'The event version is newer than this version can read.',
  },
  REK_UNKNOWN_INTERACTION: {
    status: 400,
    retryable: false,
    meaning: 'The interaction type has no weight in this deployment.',
  },
  REK_TIMESTAMP_OUT_OF_RANGE: {
    status: 400,
    retryable: false,
    meaning: 'The timestamp lies too far in the future, or before 2000.',
  },
  REK_INVALID_ITEM: { status: 400, retryable: false, meaning: 'An item does not match its schema.' },
  REK_INVALID_REQUEST: {
    status: 400,
    retryable: false,
    meaning: 'A parameter of the request is missing or out of range.',
  },
  REK_UNAUTHENTICATED: {
    status: 401,
    retryable: false,
    meaning: 'The request carries no API key, or one that is unknown or has expired.',
  },
  REK_FORBIDDEN: {
    status: 403,
    retryable: false,
    meaning: 'The API key lacks the scope of this route, or is for another namespace.',
  },
  REK_RATE_LIMITED: {
    status: 429,
    retryable: true,
    meaning: 'The API key sends more events than it may: retry after the time given.',
  },
  REK_NO_SUCH_ROUTE: {
    status: 404,
    retryable: false,
    meaning: 'There is nothing at this path for this method: GET / lists what there is.',
  },
  REK_UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    retryable: false,
    meaning: 'Send application/json or, where events or items come in lines, application/x-ndjson.',
  },
  REK_UNKNOWN_ITEM: { status: 404, retryable: false, meaning: 'The catalogue has no such item.' },
  REK_UNKNOWN_USER: { status: 404, retryable: false, meaning: 'Nothing is known about this user.' },
  REK_BODY_TOO_LARGE: {
    status: 413,
    retryable: false,
    meaning: 'The body exceeds 1 MiB or 1,000 events: send smaller requests.',
  },
  REK_OVERLOADED: { status: 429, retryable: true, meaning: 'A queue is full: retry after the time given.' },
  REK_LOG_UNAVAILABLE: {
    status: 503,
    retryable: true,
    meaning: 'The log did not acknowledge in time: re-send the same event ids.',
  },
  REK_LOG_FULL: {
    status: 503,
    retryable: true,
    meaning: 'The log has no room: make some, then re-send the same event ids.',
  },
  REK_LOG_UNREADABLE: {
    status: 503,
    retryable: true,
    meaning: 'The log’s end is damaged: what was appended behind it could not be read, so nothing is.',
  },
  REK_HOST_UNAVAILABLE: {
    status: 503,
    retryable: true,
    meaning: 'No actor host owns this user right now: retry shortly.',
  },
  REK_STORE_UNAVAILABLE: {
    status: 503,
    retryable: true,
    meaning: 'Postgres did not answer: nothing was written; retry when it is back.',
  },
  REK_NOT_READY: {
    status: 503,
    retryable: true,
    meaning: 'The process is still replaying, is shutting down, or lacks the key that it needs by now.',
  },
  REK_TIMEOUT: { status: 504, retryable: true, meaning: 'The answer did not arrive within the deadline.' },
  REK_CONFIG_INVALID: {
    status: 500,
    retryable: false,
    meaning: 'The configuration has errors; all of them are listed.',
  },
  REK_SERVER_UNAVAILABLE: {
    status: 500,
    retryable: false,
    meaning: 'A server to be embedded could not be found or started; the message says what to do.',
  },
  REK_DATA_FOLDER_BUSY: {
    status: 409,
    retryable: false,
    meaning: 'Another `rekappa up` uses this data folder: stop it, or choose another with --data.',
  },
  REK_LEASE_LOST: { status: 503, retryable: true, meaning: 'This host no longer owns the partition.' },
  REK_STALE_EPOCH: {
    status: 409,
    retryable: false,
    meaning: 'A write carried an epoch older than the current owner’s.',
  },
  REK_SNAPSHOT_INVALID: {
    status: 500,
    retryable: false,
    meaning: 'A snapshot is corrupt, truncated or of an unknown version.',
  },
  REK_CHECKPOINT_LOST: {
    status: 500,
    retryable: false,
    meaning: 'Postgres has forgotten a checkpoint that it had acknowledged.',
  },
  REK_KEY_LOST: {
    status: 500,
    retryable: false,
    meaning: 'A user’s key is not in Postgres, although the user was not erased: see docs/privacy.md.',
  },
  REK_LOG_DAMAGED: {
    status: 500,
    retryable: false,
    meaning: 'The log has a gap or a checksum mismatch: run `rekappa verify`.',
  },
  REK_PARTITIONS_MISMATCH: {
    status: 500,
    retryable: false,
    meaning: 'The configured partition count is not the one the log was created with.',
  },
  REK_INTERNAL: {
    status: 500,
    retryable: false,
    meaning: 'A broken invariant; see the log with this request id.',
  },
} as const;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;

export class AppError extends Error {
  readonly status: number;
  readonly retryable: boolean;

  constructor(
    readonly code: ErrorCode,
    message: string = ERROR_CATALOGUE[code].meaning,
    readonly details?: Record<string, unknown>,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'AppError';
    this.status = ERROR_CATALOGUE[code].status;
    this.retryable = ERROR_CATALOGUE[code].retryable;
  }
}

/** What another process says of its failure. */
export interface SaidError {
  readonly code?: string;
  readonly message?: string;
}

export function isErrorCode(code: string | undefined): code is ErrorCode {
  return code !== undefined && Object.hasOwn(ERROR_CATALOGUE, code);
}

/** The failure of another process as one of ours; REK_INTERNAL where this version does not know its code. */
export function errorFrom({ code, message }: SaidError = {}): AppError {
  return new AppError(isErrorCode(code) ? code : 'REK_INTERNAL', message);
}

export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
