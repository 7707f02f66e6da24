/**
 * The port to one append-only stream: the only truth of Rekappa. Everything else is a fold over it.
 *
 * Promises: an append that resolved is stored by the stream; a read delivers messages in stream order, each
 * once, and tells damage from deletion. It does not promise to remember readers: they keep their own
 * position with the state they fold (DESIGN "own the checkpoint").
 */

/** One stored message. The payload may share memory with its network buffer: copy what outlives the batch. */
export interface LogMessage {
  /** Stream sequence, from 1. */
  readonly sequence: number;
  /** Without the namespace's prefix. */
  readonly subject: string;
  readonly payload: Uint8Array;
  /** When the server stored it, ms since the Unix epoch. */
  readonly appendedAt: number;
  header(name: string): string | undefined;
}

export interface AppendOptions {
  /** A message with an id seen within the duplicate window (2 min) is not stored again; its first sequence is returned. */
  readonly messageId?: string;
  /** Stores only when the last message of this subject has this sequence (0: when there is none). */
  readonly expectedLastSubjectSequence?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ReadOptions {
  /** First sequence wanted, >= 1. One past the head waits for new messages; further is damage (the tail is gone). */
  readonly from: number;
  /** One filter, wildcards allowed, without the namespace's prefix. Default: everything. */
  readonly subject?: string;
  /** Last sequence wanted. Default: follow for ever. */
  readonly until?: number;
  readonly signal?: AbortSignal;
  /** Most messages in a batch. Default 500. */
  readonly batchMax?: number;
  /** When set, an empty batch is yielded after this long without messages, so that a shell can look at its clock, ms. */
  readonly maxWaitMs?: number;
  /**
   * Told of sequences that are missing although nobody deleted them; the read then goes on behind them. For audits:
   * without it, damage ends the read. With `subject` and `until` it is told, before the first message, what the stream
   * lacks of any subject, or the whole range where the server only knows that something is missing.
   */
  readonly onGap?: (from: number, to: number) => void;
}

export const READ_BATCH_MAX = 500;

/** What is asked of the stream throws AppError REK_LOG_UNAVAILABLE (retryable) when it does not answer. */
export interface EventLog {
  /** The stream's name, with the namespace's prefix. */
  readonly name: string;

  /**
   * Appends and resolves with the stream sequence once the stream has acknowledged it.
   * @throws AppError REK_OVERLOADED (window of unacknowledged appends full), REK_LOG_UNAVAILABLE (no
   * acknowledgement: the message may or may not be stored), REK_STALE_EPOCH (another writer was faster than
   * `expectedLastSubjectSequence`), REK_BODY_TOO_LARGE, REK_LOG_UNREADABLE (the stream's end is damaged).
   */
  append(subject: string, payload: Uint8Array, options?: AppendOptions): Promise<number>;

  /**
   * Messages in order, in batches as they arrive: never waits to fill one. Survives reconnects and server
   * restarts. Ends at `until` or on abort.
   * @throws AppError REK_LOG_DAMAGED when sequences are missing that nobody deleted or expired, or the stream has lost
   * its tail; REK_LOG_UNAVAILABLE when the connection was closed for good.
   */
  read(options: ReadOptions): AsyncIterable<LogMessage[]>;

  /** The newest message of a subject (no wildcards), from the stream's leader. */
  last(subject: string): Promise<LogMessage | undefined>;

  /** Last sequence of the stream, 0 when it never had a message. */
  head(): Promise<number>;

  /** Messages stored now, of one subject (wildcards allowed) or all. */
  count(subject?: string): Promise<number>;

  /** Deletes one message for good, where the stream allows it (LOG and FEEDBACK never do). @returns false when it was gone */
  remove(sequence: number): Promise<boolean>;
}

/** NATS subject matching: `*` is one token, a final `>` one or more. */
export function subjectMatches(filter: string, subject: string): boolean {
  const pattern = filter.split('.');
  const tokens = subject.split('.');
  for (let i = 0; i < pattern.length; i++) {
    if (pattern[i] === '>') return tokens.length > i;
    if (i >= tokens.length || (pattern[i] !== '*' && pattern[i] !== tokens[i])) return false;
  }
  return pattern.length === tokens.length;
}
