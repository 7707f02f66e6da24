/** What an answer must be, whatever was asked. A defect in a few words, or undefined. */
import { isErrorCode } from '#kernel';
import type { HttpInput } from './doors/input.js';
import type { Exchange } from './doors/raw-http.js';

/** What gives away more than it should: stack traces and paths. */
export const LEAKS = /node_modules|\n\s+at |file:\/\/|dist\/(apps|libs)\//;
/** Of Node's parser. */
const HEAD_BYTES_MAX = 16_384;
/** Refused by the HTTP parser before anything of ours. */
const PARSER_STATUSES: readonly number[] = [400, 408, 413, 417, 431];

export function httpDefect(input: HttpInput, exchange: Exchange): string | undefined {
  if (exchange.outcome === 'hang') return 'hang: no answer within the deadline';
  if (exchange.outcome === 'closed') return input.framed ? 'closed without an answer' : undefined;
  const { status, head, body } = exchange;
  if (LEAKS.test(body)) return `status ${status} leaks its inside: ${body.slice(0, 200)}`;
  const error = parsed(body)?.['error'] as { code?: string; requestId?: string } | undefined;
  if (status === 503) return documented503(error, head);
  if (status >= 500) return `status ${status}: ${body.slice(0, 200)}`;
  const degraded = parsed(body)?.['degraded'] as { reason?: string } | undefined;
  if (degraded?.reason === 'REK_INTERNAL')
    return `the host failed behind a substitute: ${body.slice(0, 200)}`;
  if (status < 400 || !input.framed || input.bodiless || ingested(body)) return undefined;
  if (isErrorCode(error?.code) && typeof error?.requestId === 'string') return undefined;
  return PARSER_STATUSES.includes(status) && spoiltHead(input)
    ? undefined
    : `status ${status} in another shape: ${body.slice(0, 200)}`;
}

/** @param reply undefined: none within the deadline */
export function natsDefect(reply: Uint8Array | undefined): string | undefined {
  if (reply === undefined) return 'hang: no reply within the deadline';
  const text = Buffer.from(reply).toString('utf8');
  if (LEAKS.test(text)) return `leaks its inside: ${text.slice(0, 200)}`;
  const value = parsed(text);
  if (value === undefined) return `not JSON: ${text.slice(0, 200)}`;
  return text.includes('REK_INTERNAL') || 'err' in value ? `failed: ${text.slice(0, 200)}` : undefined;
}

function documented503(error: { code?: string } | undefined, head: string): string | undefined {
  return isErrorCode(error?.code) && /^retry-after:/im.test(head)
    ? undefined
    : 'status 503 without a code and Retry-After';
}

/** Events that were all refused: 400 with the places of the bad ones. */
const ingested = (body: string): boolean => Array.isArray(parsed(body)?.['rejected']);

const spoiltHead = ({ bytes, did }: HttpInput & { did?: readonly string[] }): boolean =>
  bytes.indexOf('\r\n\r\n') > HEAD_BYTES_MAX || (did ?? []).some((one) => /^(header|raw|method)/.test(one));

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
