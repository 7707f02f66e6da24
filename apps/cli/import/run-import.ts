/** Reads a source into a sink and keeps the account. */
import type { EventSource } from '../sources/source.js';
import type { Progress } from '../terminal/progress.js';
import type { EventSink, ImportTally } from './sink.js';

export async function runImport(source: EventSource, sink: EventSink, tally: ImportTally, progress: Progress, signal: AbortSignal): Promise<void> {
  try {
    for await (const entry of source.entries()) {
      if (signal.aborted) break;
      tally.read++;
      if ('event' in entry) await sink.put(entry.event);
      else tally.reject(entry.rejected);
      progress.update(source.bytesRead(), tally.read);
    }
    await sink.finish();
  } finally {
    progress.stop(source.bytesRead(), tally.read);
  }
}
