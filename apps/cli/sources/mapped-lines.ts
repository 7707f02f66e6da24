/** A text file as a stream of our events, one a line or none: what cannot be one is told with its line. */
import { LineReader } from './line-reader.js';
import type { Mapped } from './metarank.js';
import type { EventSource, SourceEntry } from './source.js';

export async function openMappedLines(path: string, map: (line: string) => Mapped): Promise<EventSource> {
  const reader = await LineReader.open(path);
  return {
    bytesTotal: reader.bytesTotal,
    bytesRead: () => reader.bytesRead(),
    entries: () => mapLines(reader.lines(), map),
  };
}

export async function* mapLines(
  lines: AsyncIterable<string> | Iterable<string>,
  map: (line: string) => Mapped,
): AsyncIterable<SourceEntry> {
  let line = 0;
  for await (const text of lines) {
    line++;
    if (text.trim() === '') continue;
    const mapped = map(text);
    yield mapped.ok ? { event: mapped.event } : { rejected: mapped.reason, line };
  }
}
