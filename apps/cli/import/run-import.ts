/** Reads a source into a sink and keeps the account. */
import { sleep } from '#kernel';
import type { LogEvent } from '#events';
import type { EventSource } from '../sources/source.js';
import type { Progress } from '../terminal/progress.js';
import type { Pacer } from './pacer.js';
import type { EventSink, ImportTally } from './sink.js';

/** A shorter wait is not worth a pause, ms. */
const PAUSE_MIN_MS = 100;

export async function runImport(
  source: EventSource,
  sink: EventSink,
  tally: ImportTally,
  progress: Progress,
  signal: AbortSignal,
  pacer?: Pacer,
): Promise<void> {
  try {
    for await (const entry of source.entries()) {
      if (signal.aborted) break;
      tally.read++;
      if ('event' in entry) await put(entry.event, sink, pacer);
      else tally.reject(entry.rejected);
      progress.update(source.bytesRead(), tally.read);
    }
    await sink.finish();
  } finally {
    progress.stop(source.bytesRead(), tally.read);
  }
}

/** Before it waits, what came before is sent: a paced import is as fresh as its clock. */
async function put(event: LogEvent, sink: EventSink, pacer: Pacer | undefined): Promise<void> {
  if (pacer && pacer.delay(event.timestamp) >= PAUSE_MIN_MS) {
    await sink.finish();
    await sleep(pacer.delay(event.timestamp));
  }
  await sink.put(event);
}
