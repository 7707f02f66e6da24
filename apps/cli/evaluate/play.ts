/** Plays a source from its beginning to its end: progress, interruption, and what could not be read. */
import type { LogEvent, Tick } from '#events';
import type { EventSource } from '../sources/source.js';
import { CliError } from '../terminal/exit.js';
import type { EvaluationContext } from './dataset.js';

export interface Played {
  readonly events: number;
  /** Lines that were no event. */
  readonly refused: number;
}

/** @throws CliError when interrupted */
export async function playSource(
  context: EvaluationContext,
  source: EventSource,
  play: (event: Exclude<LogEvent, Tick>) => void,
): Promise<Played> {
  const progress = context.progress('evaluate', source.bytesTotal, 'events');
  let events = 0;
  let refused = 0;
  try {
    for await (const entry of source.entries()) {
      if (context.signal.aborted) throw new CliError('interrupted');
      if (!('event' in entry)) refused++;
      else if (entry.event.kind !== 'tick') {
        play(entry.event);
        events++;
      }
      progress.update(source.bytesRead(), events);
    }
  } finally {
    progress.stop(source.bytesRead(), events);
  }
  return { events, refused };
}
