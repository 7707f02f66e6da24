/**
 * Ctrl-C and SIGTERM: the first asks for a clean stop, one after that forces it.
 * npm passes a terminal's Ctrl-C on to us, who got it already: what follows within a second is the same press.
 */
const SAME_PRESS_MS = 1_000;

export interface StopRequests {
  readonly requested: Promise<void>;
  readonly signal: AbortSignal;
  /** Leaves the signals alone again. */
  dispose(): void;
}

export function listenForStop(onForce: () => void): StopRequests {
  const controller = new AbortController();
  let firstAt = 0;
  const onSignal = (): void => {
    if (!controller.signal.aborted) {
      firstAt = performance.now();
      controller.abort();
    } else if (performance.now() - firstAt > SAME_PRESS_MS) onForce();
  };
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of names) process.on(name, onSignal);
  return {
    signal: controller.signal,
    requested: new Promise((resolve) =>
      controller.signal.addEventListener('abort', () => resolve(), { once: true }),
    ),
    dispose: () => names.forEach((name) => process.off(name, onSignal)),
  };
}
