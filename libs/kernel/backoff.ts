/** Bounded retries with exponential back-off and full jitter. Shell only: it waits. */
export interface BackoffOptions {
  /** Total attempts, the first included. */
  attempts: number;
  /** Upper bound of the first wait, ms; doubles each time. */
  baseMs: number;
  /** Upper bound of any wait, ms. */
  capMs: number;
  /** Stops the retries early when it returns false. Default: retry everything. */
  retryable?: (error: unknown) => boolean;
  signal?: AbortSignal;
}

export async function retry<T>(
  operation: (attempt: number) => Promise<T>,
  options: BackoffOptions,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await operation(attempt);
    } catch (error) {
      const last = attempt >= options.attempts || options.signal?.aborted;
      if (last || options.retryable?.(error) === false) throw error;
      await sleep(Math.random() * Math.min(options.capMs, options.baseMs * 2 ** (attempt - 1)));
    }
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** What the work comes to, or the error `late` if that takes longer than so many ms. The work itself goes on, and is not heard any more. */
export async function within<T>(work: Promise<T>, ms: number, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), ms);
  });
  try {
    return await Promise.race([work, expired]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits until the condition holds, polling; throws after the deadline with `what` in the message. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 10_000,
  everyMs = 10,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain until ${what}`);
    await sleep(everyMs);
  }
}

/** How long to wait without anything coming any further. Several waits may share one: some wait for others. */
export class Patience {
  private last = performance.now();

  constructor(readonly ms: number) {}

  get over(): boolean {
    return performance.now() - this.last > this.ms;
  }

  moved(): void {
    this.last = performance.now();
  }
}
