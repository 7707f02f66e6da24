/** Durations as percentiles (HdrHistogram: Tene), 3 significant digits, in constant memory. */
import { build } from 'hdr-histogram-js';

export interface TimingRow {
  readonly name: string;
  readonly count: number;
  /** µs. */
  readonly meanUs: number;
  readonly p50Us: number;
  readonly p90Us: number;
  readonly p99Us: number;
}

const NANOSECONDS_MAX = 60e9;

export class Timing {
  private readonly histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: NANOSECONDS_MAX,
    numberOfSignificantValueDigits: 3,
  });
  private sum = 0;

  constructor(readonly name: string) {}

  /** Runs it and notes how long it took. */
  measure<T>(run: () => T): T {
    const startedAt = performance.now();
    const result = run();
    this.record(performance.now() - startedAt);
    return result;
  }

  /** @param ms at least 0 */
  record(ms: number): void {
    const nanoseconds = Math.min(NANOSECONDS_MAX, Math.max(1, Math.round(ms * 1e6)));
    this.histogram.recordValue(nanoseconds);
    this.sum += nanoseconds;
  }

  row(): TimingRow {
    const us = (percent: number): number => this.histogram.getValueAtPercentile(percent) / 1e3;
    const count = this.histogram.totalCount;
    return {
      name: this.name,
      count,
      meanUs: this.sum / count / 1e3,
      p50Us: us(50),
      p90Us: us(90),
      p99Us: us(99),
    };
  }
}
