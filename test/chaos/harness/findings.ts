/** What a run saw: faults really injected, work really done, figures, and what of the promise did not hold. */
export class Findings {
  readonly faults: Record<string, number> = {};
  readonly work: Record<string, number> = {};
  readonly figures: Record<string, number> = {};
  readonly broken: string[] = [];

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

  /** Part of the promise, or of what makes a run count (enough faults, enough work). */
  must(holds: boolean, what: string): void {
    if (!holds) this.broken.push(what);
  }
}
