/**
 * What an importer reads: a stream of our own events, and of the lines that cannot be one. Event ids come from
 * the file, never from chance, so that importing a file twice changes nothing.
 */
import type { LogEvent } from '#events';

export type SourceEntry = { readonly event: LogEvent } | { readonly rejected: string; readonly line: number };

export interface EventSource {
  /** Bytes of input, as stored, for the progress bar. */
  readonly bytesTotal: number;
  /** Bytes read so far. */
  bytesRead(): number;
  entries(): AsyncIterable<SourceEntry>;
}
