/**
 * Shares the process between folds and everything else. All folds of a `Turns` together get TURN_MS in a round of the event
 * loop, however many fold and however small their steps are; whoever finds the time used up waits, and one that waits
 * continues per round. So requests, leases, acknowledgements and the store wait for one turn at most.
 */

/** Longest folding before other work gets a turn, ms. */
export const TURN_MS = 8;

export class Turns {
  private readonly waiting: (() => void)[] = [];
  private ends = 0;
  /** Whether somebody folded since the event loop came round. */
  private open = false;

  /** @returns what to wait for before folding on; undefined while this round has time left */
  giveWay(): Promise<void> | undefined {
    if (!this.open) this.begin();
    if (performance.now() < this.ends) return undefined;
    return new Promise((resolve) => void this.waiting.push(resolve));
  }

  private begin(): void {
    this.open = true;
    this.ends = performance.now() + TURN_MS;
    setImmediate(() => {
      this.open = false;
      const next = this.waiting.shift();
      if (!next) return;
      this.begin();
      next();
    });
  }
}

/** Work that may pause between its steps. */
export type Steps<T> = Generator<void, T, void>;

/** All steps without a pause. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

export async function inTurns<T>(steps: Steps<T>, turns: Turns): Promise<T> {
  for (;;) {
    const wait = turns.giveWay();
    if (wait) await wait;
    const { done, value } = steps.next();
    if (done) return value;
  }
}
