/** A Metarank JSONL file (optionally gzipped) as a stream of our events. */
import { openMappedLines } from './mapped-lines.js';
import { mapMetarankLine } from './metarank.js';
import type { EventSource } from './source.js';

export function openMetarank(path: string): Promise<EventSource> {
  return openMappedLines(path, mapMetarankLine);
}
