/**
 * When a process that died is started again, and when that has become pointless.
 * Waits double from 200 ms to 4 s; ten deaths within a minute are a crash loop.
 */
const FIRST_WAIT_MS = 200;
const LAST_WAIT_MS = 4_000;
const WINDOW_MS = 60_000;
export const DEATHS_MAX = 10;

export class RestartPolicy {
  private deaths: number[] = [];

  /**
   * @param now monotonic, ms
   * @returns how long to wait, ms; undefined in a crash loop
   */
  died(now: number): number | undefined {
    this.deaths = [...this.deaths.filter((at) => now - at < WINDOW_MS), now];
    if (this.deaths.length >= DEATHS_MAX) return undefined;
    return Math.min(LAST_WAIT_MS, FIRST_WAIT_MS * 2 ** (this.deaths.length - 1));
  }
}
