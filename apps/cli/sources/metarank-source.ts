/** A Metarank JSONL file (optionally gzipped) as a stream of our events. */
import { LineReader } from './line-reader.js';
import { mapMetarankLine } from './metarank.js';
import type { EventSource, SourceEntry } from './source.js';

export async function openMetarank(path: string): Promise<EventSource> {
  const reader = await LineReader.open(path);
  async function* entries(): AsyncIterable<SourceEntry> {
    let line = 0;
    for await (const text of reader.lines()) {
      line++;
      if (text.trim() === '') continue;
      const mapped = mapMetarankLine(text);
      yield mapped.ok ? { event: mapped.event } : { rejected: mapped.reason, line };
    }
  }
  return { bytesTotal: reader.bytesTotal, bytesRead: () => reader.bytesRead(), entries };
}
