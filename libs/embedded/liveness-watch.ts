/**
 * Kills a server that runs but does not answer, so that whoever watches its end starts it again. Only for servers that lose
 * nothing acknowledged when they are killed.
 */
import { sleep } from '#kernel';
import type { EmbeddedServer } from './embedded-server.js';

export interface LivenessWatchOptions {
  /** Between two questions, ms. Default 2,000. */
  readonly everyMs?: number;
  /** Questions in a row without an answer, each given a second. Default 4: about 12 s. */
  readonly silencesMax?: number;
  /** Told before the server is killed. */
  readonly onSilence?: (silentMs: number) => void;
}

/** @returns how to stop watching */
export function watchLiveness(
  server: Pick<EmbeddedServer, 'answers' | 'kill9'>,
  { everyMs = 2_000, silencesMax = 4, onSilence }: LivenessWatchOptions = {},
): () => void {
  let watching = true;
  const watch = async (): Promise<void> => {
    for (let answeredAt = performance.now(), silences = 0; watching;) {
      await sleep(everyMs);
      const answered = await server.answers().then(
        () => true,
        () => false,
      );
      silences = answered ? 0 : silences + 1;
      if (answered) answeredAt = performance.now();
      if (!watching || silences < silencesMax) continue;
      onSilence?.(Math.round(performance.now() - answeredAt));
      await server.kill9();
      silences = 0;
    }
  };
  void watch();
  return () => {
    watching = false;
  };
}
