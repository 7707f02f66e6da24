/**
 * Questions to the actor hosts: request-reply over core NATS, JSON both ways, each with a deadline. The bytes of a
 * good answer are passed on as they are: the gateway does not parse what it only forwards.
 */
import { Inject, Injectable } from '@nestjs/common';
import { AppError, errorFrom, partitionOf, sleep, type SaidError } from '#kernel';
import { SETTINGS, type Settings } from '#config';
import { linkOf, subjectPrefix, type NatsConnection } from '#log';
import { NATS } from '../tokens.js';

/** Before the one retry, when nobody answered or the host refused for the moment, ms: half of it to all of it. */
const RETRY_WAIT_MS = 80;
/** With less than this left, a retry cannot succeed, ms. */
const RETRY_LEAST_MS = 100;
/** Error answers start so; no good answer does. */
const ERROR_PREFIX = Buffer.from('{"error"');

@Injectable()
export class ActorRpc {
  private readonly prefix: string;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(NATS) private readonly connection: NatsConnection,
  ) {
    this.prefix = subjectPrefix(settings.namespace);
  }

  /** Asks the owner of the user's partition. @throws AppError, see `ask` */
  user(userId: string, question: object, timeoutMs = this.settings.serving.timeoutMs): Promise<Buffer> {
    return this.ask(`rpc.user.${partitionOf(userId, this.settings.log.partitions)}`, question, timeoutMs);
  }

  /** Asks any host. @throws AppError, see `ask` */
  host(question: object, timeoutMs = this.settings.serving.timeoutMs): Promise<Buffer> {
    return this.ask('rpc.host', question, timeoutMs);
  }

  /**
   * One retry, when the first try failed quickly for a passing reason. `timeoutMs` bounds both together.
   * @throws AppError REK_HOST_UNAVAILABLE when nobody listens, REK_TIMEOUT, or the host's own error.
   */
  private async ask(subject: string, question: object, timeoutMs: number): Promise<Buffer> {
    const payload = JSON.stringify(question);
    const deadline = performance.now() + timeoutMs;
    try {
      return await this.once(subject, payload, timeoutMs);
    } catch (error) {
      const waitMs = RETRY_WAIT_MS * (0.5 + Math.random() / 2);
      const leftMs = deadline - performance.now() - waitMs;
      if (!mayPass(error) || leftMs < RETRY_LEAST_MS) throw error;
      await sleep(waitMs);
      return this.once(subject, payload, leftMs);
    }
  }

  private async once(subject: string, payload: string, timeoutMs: number): Promise<Buffer> {
    if (!linkOf(this.connection).up) throw new AppError('REK_HOST_UNAVAILABLE', 'not connected to NATS');
    let data: Uint8Array;
    try {
      ({ data } = await this.connection.request(this.prefix + subject, payload, { timeout: timeoutMs }));
    } catch (error) {
      throw failureOf(error, timeoutMs);
    }
    const answer = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    if (answer.subarray(0, ERROR_PREFIX.length).equals(ERROR_PREFIX)) throw errorOf(answer);
    return answer;
  }
}

/** Asking an overloaded host again would add to its load. */
function mayPass(error: unknown): boolean {
  return error instanceof AppError && error.retryable && error.code !== 'REK_OVERLOADED';
}

function failureOf(error: unknown, timeoutMs: number): AppError {
  const text = `${(error as Error).name} ${(error as Error).message} ${String((error as Error).cause ?? '')}`;
  if (/no ?responders/i.test(text))
    return new AppError('REK_HOST_UNAVAILABLE', undefined, undefined, { cause: error });
  if (/timeout/i.test(text))
    return new AppError('REK_TIMEOUT', `no answer within ${Math.round(timeoutMs)} ms`, undefined, {
      cause: error,
    });
  return new AppError('REK_HOST_UNAVAILABLE', (error as Error).message, undefined, { cause: error });
}

function errorOf(answer: Buffer): AppError {
  return errorFrom((JSON.parse(answer.toString('utf8')) as { error?: SaidError }).error);
}
