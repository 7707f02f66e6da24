/**
 * Request-reply over core NATS: JSON in, JSON out, errors as `{error: {code, message}}`. Bounded: what exceeds
 * the requests in hand is refused at once, so that callers learn early and memory stays flat (I7).
 */
import { AppError, errorMessage, sleep } from '#kernel';
import { subjectPrefix, type NatsConnection } from '#log';
import type { Logger, Metrics } from '#observability';

/** Requests in hand on one host, over all subjects. */
export const IN_HAND_MAX = 2_048;
/** A longer body is refused unread, bytes. */
export const BODY_BYTES_MAX = 256 * 1024;
const IDLE_LOOK_MS = 5;
/** For requests on their way when a subject is stopped, ms: a round trip, or never while NATS is away. */
const DRAIN_MS = 500;

export type RpcHandler = (body: unknown) => Promise<object> | object;

/** One subject being answered. */
export interface Serving {
  /** Takes no more requests. Those that are on their way already still arrive, and are answered. */
  readonly stop: () => void;
  /** Resolves when nothing of the subject is in hand any more. */
  readonly idle: () => Promise<void>;
}

export class RpcServer {
  private inHand = 0;

  constructor(
    private readonly connection: NatsConnection,
    private readonly namespace: string,
    private readonly metrics: Metrics,
    private readonly logger: Logger,
  ) {}

  /** Answers `subject` until it is stopped. @param queue shares the requests among the hosts that name it */
  serve(subject: string, handler: RpcHandler, queue?: string): Serving {
    let inHand = 0;
    let drained: Promise<void> | undefined;
    const subscription = this.connection.subscribe(subjectPrefix(this.namespace) + subject, {
      queue,
      callback: (error, message) => {
        if (error) return this.logger.warn({ err: error, subject }, 'a subscription failed');
        if (!message.reply) return;
        inHand++;
        void this.answer(message.data, handler)
          .then((reply) => message.respond(JSON.stringify(reply)))
          .catch((failure) => this.logger.warn({ err: failure, subject }, 'an answer could not be sent'))
          .finally(() => inHand--);
      },
    });
    return {
      // Not unsubscribe(): whoever asked just before would wait in vain for as long as it has.
      stop: () => void (drained ??= subscription.drain().catch(() => undefined)), // without a connection nothing arrives
      idle: async () => {
        if (drained) await Promise.race([drained, sleep(DRAIN_MS)]);
        while (inHand > 0) await sleep(IDLE_LOOK_MS);
      },
    };
  }

  private async answer(data: Uint8Array, handler: RpcHandler): Promise<object> {
    const done = this.metrics.rpcSeconds.startTimer();
    let op = 'unknown';
    this.inHand++;
    try {
      if (this.inHand > IN_HAND_MAX)
        throw new AppError('REK_OVERLOADED', `${IN_HAND_MAX} requests are in hand on this host`);
      const body = parse(data);
      op = opOf(body);
      const reply = await handler(body);
      done({ op, outcome: 'ok' });
      return reply;
    } catch (error) {
      const code = error instanceof AppError ? error.code : 'REK_INTERNAL';
      if (code === 'REK_INTERNAL') this.logger.error({ err: error, op }, 'a request failed');
      done({ op, outcome: code });
      return { error: { code, message: errorMessage(error) } };
    } finally {
      this.inHand--;
    }
  }
}

const OPS = ['recommend', 'rank', 'state', 'similar', 'trending', 'item'];

/** A label for metrics: only names we know. */
function opOf(body: unknown): string {
  const op = typeof body === 'object' && body !== null ? (body as { op?: unknown }).op : undefined;
  return OPS.find((known) => known === op) ?? 'other';
}

function parse(data: Uint8Array): unknown {
  if (data.byteLength > BODY_BYTES_MAX)
    throw new AppError(
      'REK_BODY_TOO_LARGE',
      `a request of ${data.byteLength} bytes exceeds ${BODY_BYTES_MAX}`,
    );
  if (data.byteLength === 0) return {};
  try {
    return JSON.parse(Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8'));
  } catch {
    throw new AppError('REK_INVALID_JSON', 'the request is not JSON');
  }
}
