/**
 * Bodies of many: a JSON array, or NDJSON (one JSON value a line). A line that is not JSON is one bad entry
 * with its place, not the end of the request. Empty lines are skipped and do not count.
 */
import { AppError } from '#kernel';
import type { Rejection } from '#events';

export const NDJSON = 'application/x-ndjson';

export type Entry = { readonly value: unknown } | { readonly rejection: Rejection };

/** What the NDJSON body parser hands to a controller. */
export class Lines {
  constructor(readonly text: string) {}
}

/** Fastify's content type parser. */
export function parseNdjson(
  _request: unknown,
  body: Buffer,
  done: (error: Error | null, parsed: Lines) => void,
): void {
  done(null, new Lines(body.toString('utf8')));
}

/**
 * @throws AppError REK_INVALID_REQUEST for an empty body, REK_BODY_TOO_LARGE for more than `entriesMax`.
 */
export function entriesOf(body: unknown, entriesMax: number): Entry[] {
  const entries =
    body instanceof Lines
      ? entriesOfLines(body.text)
      : (Array.isArray(body) ? body : [body]).map((value) => ({ value }));
  if (entries.length === 0 || body === undefined || body === null)
    throw new AppError('REK_INVALID_REQUEST', 'the body is empty');
  if (entries.length > entriesMax) {
    throw new AppError(
      'REK_BODY_TOO_LARGE',
      `${entries.length} entries in one request; send at most ${entriesMax}`,
    );
  }
  return entries;
}

function entriesOfLines(text: string): Entry[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      try {
        return { value: JSON.parse(line) as unknown };
      } catch (error) {
        return { rejection: { code: 'REK_INVALID_JSON', message: (error as Error).message.slice(0, 200) } };
      }
    });
}
