/**
 * Publishing at full speed with every message acknowledged: plain `publish` with a reply inbox of our own and a
 * map of what is unacknowledged, bounded by a window. Three times the client's own `js.publish`.
 *
 * A lost connection fails what is unacknowledged at once: the client would drop it silently. Whoever
 * re-sends uses the same message id.
 */
import type { Msg, MsgHdrs, Subscription } from '@nats-io/transport-node';
import { AppError, errorMessage } from '#kernel';
import { inboxOf, linkOf, type Link, type NatsConnection } from './nats-connection.js';

/** JetStream's err_code for a wrong expected last sequence; 10164 is its form without the actual one. */
const WRONG_LAST_SEQUENCE = [10071, 10164];
const MESSAGE_TOO_LARGE = 10054;
/** Over the server's, the account's or the stream's limit of storage. */
const LIMITS_EXCEEDED = [10002, 10023, 10047, 10122];
/** "failed to store a message", with the operating system's reason. */
const STORE_FAILED = 10077;
const NO_SPACE = /no space left|disk quota exceeded|maximum bytes exceeded/i;

interface Unacknowledged {
  readonly subject: string;
  readonly deadline: number;
  resolve(sequence: number): void;
  reject(error: AppError): void;
}

interface PublishAnswer {
  seq?: number;
  error?: { code: number; err_code?: number; description?: string };
}

export interface AckWindowOptions {
  /** Most unacknowledged messages. */
  readonly inFlightMax: number;
  /** How long to wait for an acknowledgement, ms. */
  readonly ackTimeoutMs: number;
}

export class AckWindow {
  private readonly inbox: string;
  private readonly pending = new Map<number, Unacknowledged>();
  private readonly subscription: Subscription;
  private readonly link: Link;
  private serial = 0;
  private sweep: NodeJS.Timeout | undefined;

  constructor(
    private readonly connection: NatsConnection,
    private readonly options: AckWindowOptions,
  ) {
    this.inbox = inboxOf(connection);
    this.link = linkOf(connection);
    this.link.subscribe((up) => {
      if (!up) this.failAll('the connection to NATS was lost before the acknowledgement');
    });
    this.subscription = connection.subscribe(`${this.inbox}.*`, {
      callback: (_error, answer) => this.settle(answer),
    });
  }

  get inFlight(): number {
    return this.pending.size;
  }

  /** Resolves with the stream sequence. */
  publish(subject: string, payload: Uint8Array, headers?: MsgHdrs): Promise<number> {
    if (this.pending.size >= this.options.inFlightMax) {
      return Promise.reject(
        new AppError('REK_OVERLOADED', `${this.pending.size} appends are unacknowledged; wait for some`),
      );
    }
    if (!this.link.up) return Promise.reject(new AppError('REK_LOG_UNAVAILABLE', 'not connected to NATS'));
    const id = this.serial++;
    return new Promise((resolve, reject) => {
      this.pending.set(id, {
        subject,
        deadline: performance.now() + this.options.ackTimeoutMs,
        resolve,
        reject,
      });
      this.sweep ??= setInterval(() => this.expire(), Math.max(10, this.options.ackTimeoutMs / 10)).unref();
      try {
        this.connection.publish(subject, payload, { reply: `${this.inbox}.${id.toString(36)}`, headers });
      } catch (error) {
        this.pending.delete(id);
        reject(refusal(error, payload));
      }
    });
  }

  close(): void {
    clearInterval(this.sweep);
    this.subscription.unsubscribe();
    this.failAll('the log was closed before the acknowledgement');
  }

  private settle(answer: Msg): void {
    const id = parseInt(answer.subject.slice(this.inbox.length + 1), 36);
    const entry = this.pending.get(id);
    if (!entry) return;
    this.pending.delete(id);
    const failure = failureOf(answer, entry.subject);
    if (typeof failure === 'number') entry.resolve(failure);
    else entry.reject(failure);
  }

  /** Entries stand in the order of their deadlines. */
  private expire(): void {
    const now = performance.now();
    for (const [id, entry] of this.pending) {
      if (entry.deadline > now) return;
      this.pending.delete(id);
      entry.reject(
        new AppError(
          'REK_LOG_UNAVAILABLE',
          `no acknowledgement for ${entry.subject} within ${this.options.ackTimeoutMs} ms`,
        ),
      );
    }
    clearInterval(this.sweep);
    this.sweep = undefined;
  }

  private failAll(message: string): void {
    const entries = [...this.pending.values()];
    this.pending.clear();
    for (const entry of entries) entry.reject(new AppError('REK_LOG_UNAVAILABLE', message));
  }
}

/** The acknowledged sequence, or why there is none. */
function failureOf(answer: Msg, subject: string): number | AppError {
  if (answer.data.length === 0) {
    return new AppError(
      'REK_LOG_UNAVAILABLE',
      `no stream answers for ${subject} (${answer.headers?.code ?? 'empty answer'})`,
    );
  }
  let parsed: PublishAnswer;
  try {
    parsed = JSON.parse(
      Buffer.from(answer.data.buffer, answer.data.byteOffset, answer.data.byteLength).toString('latin1'),
    ) as PublishAnswer;
  } catch (error) {
    return new AppError(
      'REK_LOG_UNAVAILABLE',
      `an unreadable acknowledgement for ${subject}: ${errorMessage(error)}`,
    );
  }
  const { seq, error } = parsed;
  if (!error && seq !== undefined) return seq;
  const description = error?.description ?? 'no reason given';
  if (WRONG_LAST_SEQUENCE.includes(error?.err_code ?? 0)) {
    return new AppError('REK_STALE_EPOCH', `another writer appended to ${subject}: ${description}`);
  }
  if (error?.err_code === MESSAGE_TOO_LARGE)
    return new AppError('REK_BODY_TOO_LARGE', `${subject}: ${description}`);
  if (isFull(error?.err_code, description))
    return new AppError(
      'REK_LOG_FULL',
      `the log has no room (${description}): free space for NATS or raise its limit, then re-send the same event ids`,
    );
  return new AppError('REK_LOG_UNAVAILABLE', `the stream refused ${subject}: ${description}`);
}

function isFull(code: number | undefined, description: string): boolean {
  if (code === undefined) return false;
  return LIMITS_EXCEEDED.includes(code) || (code === STORE_FAILED && NO_SPACE.test(description));
}

function refusal(error: unknown, payload: Uint8Array): AppError {
  const message = errorMessage(error);
  if (message.includes('max_payload')) {
    return new AppError(
      'REK_BODY_TOO_LARGE',
      `a message of ${payload.byteLength} bytes exceeds the server's max_payload`,
    );
  }
  return new AppError('REK_LOG_UNAVAILABLE', message, undefined, { cause: error });
}
