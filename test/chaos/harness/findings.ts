/** What a run saw: faults really injected, work really done, figures, what of the promise did not hold, and what makes it no proof. */
import { errorMessage } from '#kernel';

export class Findings {
  readonly faults: Record<string, number> = {};
  readonly work: Record<string, number> = {};
  readonly figures: Record<string, number> = {};
  readonly broken: string[] = [];
  readonly lacking: string[] = [];
  /** Faults that this machine cannot have, and why. */
  readonly without: string[] = [];

  fault(name: string, times = 1): void {
    this.faults[name] = (this.faults[name] ?? 0) + times;
  }

  did(name: string, times: number): void {
    this.work[name] = (this.work[name] ?? 0) + times;
  }

  figure(name: string, value: number): void {
    this.figures[name] = Math.round(value * 1_000) / 1_000;
  }

  /** Seconds: median, 99th percentile, greatest. */
  seconds(name: string, values: readonly number[]): void {
    const sorted = [...values].sort((a, b) => a - b);
    const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
    this.figure(`${name} p50 s`, at(0.5));
    this.figure(`${name} p99 s`, at(0.99));
    this.figure(`${name} max s`, at(1));
  }

  /** Part of the promise. */
  must(holds: boolean, what: string): void {
    if (!holds) this.broken.push(what);
  }

  /** Part of the promise is that this comes in time. */
  async mustCome(wait: Promise<unknown>): Promise<void> {
    await wait.catch((error: unknown) => this.must(false, errorMessage(error)));
  }

  /** Part of what makes a run a proof: faults that bit, work that was in their way. */
  enough(is: boolean, what: string): void {
    if (!is) this.lacking.push(what);
  }

  /** The run goes on without this fault. */
  leftOut(fault: string, why: string): void {
    const what = `${fault}: ${why}`;
    if (!this.without.includes(what)) this.without.push(what);
  }
}
