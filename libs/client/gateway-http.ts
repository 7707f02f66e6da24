/** One HTTP exchange with the gateway: deadline, JSON, and refusals as ClientError. Retries are the caller's. */
import { ClientError } from './client-error.js';

const PASSING_STATUS = [408, 425, 429, 500, 502, 503, 504];

export interface Exchange {
  readonly method: 'GET' | 'POST';
  /** From the root, `/v1/...`. */
  readonly path: string;
  readonly body?: string;
  /** Lets the request outlive the page; at most 64 KiB of body then. */
  readonly keepalive?: boolean;
  /** Whether a response besides 2xx is an answer all the same, not a refusal. */
  readonly answers?: (status: number, body: unknown) => boolean;
}

export class GatewayHttp {
  private readonly root: string;

  constructor(
    url: string,
    private readonly timeoutMs: number,
    private readonly fetchLike: typeof fetch,
    private readonly apiKey?: string,
  ) {
    this.root = url.replace(/\/+$/, '');
  }

  urlOf(path: string): string {
    return this.root + path;
  }

  /** The decoded body. @throws ClientError */
  async exchange<T>({ method, path, body, keepalive, answers }: Exchange): Promise<T> {
    let response: Response;
    let text: string;
    try {
      response = await this.fetchLike(this.urlOf(path), {
        method,
        body,
        keepalive,
        headers: {
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(this.apiKey !== undefined && { authorization: `Bearer ${this.apiKey}` }),
        },
        signal: AbortSignal.timeout(this.timeoutMs),
      });
      text = await response.text();
    } catch (error) {
      throw new ClientError(
        'REK_TIMEOUT',
        `no answer from ${this.root}: ${error instanceof Error ? error.message : String(error)}`,
        true,
      );
    }
    const value = decoded(text);
    if (!response.ok && !answers?.(response.status, value)) throw refusalOf(response, value);
    if (value === undefined)
      throw new ClientError(
        'REK_INTERNAL',
        `${path} answered ${response.status} without JSON`,
        true,
        response.status,
      );
    return value as T;
  }
}

/** The refusal that a response stands for. */
function refusalOf(response: Response, value: unknown): ClientError {
  const body = value as { error?: { code?: string; message?: string } } | undefined;
  const retryAfter = Number(response.headers.get('retry-after') ?? NaN);
  return new ClientError(
    body?.error?.code ?? `HTTP_${response.status}`,
    body?.error?.message ?? `the gateway answered ${response.status}`,
    PASSING_STATUS.includes(response.status),
    response.status,
    Number.isFinite(retryAfter) ? retryAfter * 1_000 : undefined,
  );
}

function decoded(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
