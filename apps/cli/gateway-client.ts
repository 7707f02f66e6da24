/**
 * The gateway's HTTP interface for commands: every call is retried, bounded, with back-off, because a gateway
 * may be restarting under us. Re-sending is safe: event ids stay the same.
 */
import { AppError, errorFrom, isErrorCode, retry, until, type SaidError } from '#kernel';
import type { LogEvent, Rejection } from '#events';
import { CliError } from './terminal/exit.js';

/** About a minute of trying: longer than a supervised restart. */
const ATTEMPTS = 24;
const RETRY_BASE_MS = 100;
const RETRY_CAP_MS = 4_000;
const TIMEOUT_MS = 15_000;
const FIRST_ANSWER_MS = 5_000;

export interface Accepted {
  readonly accepted: number;
  readonly rejected: readonly (Rejection & { readonly index: number })[];
  /** LOG sequence by which all of them are stored. */
  readonly seq: number;
}

export interface RecommendedItem {
  readonly itemId: string;
  readonly title: string;
  readonly score: number;
  readonly channel: string;
  readonly propensity: number;
  readonly position: number;
}

export interface Recommended {
  readonly recommendationId: string;
  readonly modelVersion: string;
  readonly after?: { readonly requested?: number; readonly reached: boolean };
  readonly degraded?: unknown;
  readonly items: readonly RecommendedItem[];
}

/** What `DELETE /v1/users/:id` answers. */
export interface Erasure {
  /** The user and the visitors merged into them; 0 when nothing was known. */
  readonly users: number;
  readonly seq: number;
  /** False while a host or a cache has not confirmed it. */
  readonly done: boolean;
  /** Whether all that the log has of them was sealed, and went with the key. */
  readonly sealed: boolean;
}

export class GatewayClient {
  constructor(
    readonly url: string,
    private readonly signal?: AbortSignal,
    private readonly attempts = ATTEMPTS,
    private readonly apiKey = process.env.REKAPPA_API_KEY,
  ) {}

  events(events: readonly LogEvent[]): Promise<Accepted> {
    return this.call('POST', '/v1/events', JSON.stringify(events), 'application/json');
  }

  items(items: readonly object[]): Promise<Accepted> {
    return this.call(
      'POST',
      '/v1/items',
      items.map((item) => JSON.stringify(item)).join('\n'),
      'application/x-ndjson',
    );
  }

  recommendations(user: string, n: number, after?: number): Promise<Recommended> {
    const query = new URLSearchParams({ user, n: String(n), ...(after && { after: String(after) }) });
    return this.call('GET', `/v1/recommendations?${query}`);
  }

  erase(user: string): Promise<Erasure> {
    return this.call('DELETE', `/v1/users/${encodeURIComponent(user)}`);
  }

  /** Before a long command starts: a wrong address is told within seconds. @throws CliError */
  async mustAnswer(): Promise<void> {
    const answers = (): Promise<boolean> =>
      fetch(`${this.url}/health/live`, { signal: AbortSignal.timeout(2_000) }).then(
        () => true,
        () => false,
      );
    await until('the gateway answers', answers, FIRST_ANSWER_MS, 250).catch((error: unknown) => {
      throw this.silent(error);
    });
  }

  private silent(cause: unknown): CliError {
    return new CliError(
      `the gateway at ${this.url} does not answer: start Rekappa (npm start), or name another gateway with --url`,
      { cause },
    );
  }

  private async call<T>(method: string, path: string, body?: string, type?: string): Promise<T> {
    try {
      return await retry(() => this.once<T>(method, path, body, type), {
        attempts: this.attempts,
        baseMs: RETRY_BASE_MS,
        capMs: RETRY_CAP_MS,
        signal: this.signal,
        retryable: (error) => !(error instanceof AppError) || error.retryable,
      });
    } catch (error) {
      if (error instanceof AppError || this.signal?.aborted) throw error;
      throw this.silent(error);
    }
  }

  private async once<T>(method: string, path: string, body?: string, type?: string): Promise<T> {
    const response = await fetch(this.url + path, {
      method,
      ...(body !== undefined && { body }),
      headers: {
        ...(type !== undefined && { 'content-type': type }),
        ...(this.apiKey !== undefined && { authorization: `Bearer ${this.apiKey}` }),
      },
      signal: this.signal
        ? AbortSignal.any([this.signal, AbortSignal.timeout(TIMEOUT_MS)])
        : AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    if (response.ok) return JSON.parse(text) as T;
    throw failure(response.status, text);
  }
}

/** The gateway's own error, or one that can be retried for what proxies and dying servers answer. */
function failure(status: number, text: string): AppError {
  try {
    const parsed = JSON.parse(text) as SaidError & { error?: SaidError };
    const said = parsed.error ?? parsed;
    if (isErrorCode(said.code)) return errorFrom(said);
  } catch {
    // Not JSON: not from our gateway, judged by its status below.
  }
  return new AppError(
    status >= 500 || status === 429 ? 'REK_LOG_UNAVAILABLE' : 'REK_INVALID_REQUEST',
    `HTTP ${status}: ${text.slice(0, 200)}`,
  );
}
