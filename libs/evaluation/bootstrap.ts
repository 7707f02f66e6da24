/**
 * Paired bootstrap (Efron 1979; for rankers Sakai 2006): is the mean difference of two systems over the same lists
 * larger than resampling the lists explains? Seeded, so that a report can be repeated.
 */
import { SeededRandom } from '#kernel';

export interface BootstrapResult {
  /** Mean of a − b over the lists. */
  readonly difference: number;
  /** Standard error of the difference: the standard deviation of the resampled means. */
  readonly standardError: number;
  /** 2.5 % and 97.5 % quantiles of the resampled means. */
  readonly low: number;
  readonly high: number;
  /** Share of the resamples in which a is not better than b: a one-sided p value. Above is better, unless told otherwise. */
  readonly pValue: number;
  readonly resamples: number;
}

/** @throws Error when the two have different lengths or none. */
export function pairedBootstrap(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  seed: number,
  resamples = 2_000,
  better: 'higher' | 'lower' = 'higher',
): BootstrapResult {
  if (a.length !== b.length || a.length === 0)
    throw new Error(`paired bootstrap needs two equal samples; got ${a.length} and ${b.length}`);
  const n = a.length;
  const differences = Float64Array.from({ length: n }, (_, i) => a[i]! - b[i]!);
  const random = new SeededRandom(seed);
  const means = new Float64Array(resamples);
  for (let r = 0; r < resamples; r++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += differences[random.below(n)]!;
    means[r] = sum / n;
  }
  means.sort();
  const mean = means.reduce((s, m) => s + m, 0) / resamples;
  const variance = means.reduce((s, m) => s + (m - mean) ** 2, 0) / Math.max(1, resamples - 1);
  return {
    difference: differences.reduce((s, d) => s + d, 0) / n,
    standardError: Math.sqrt(variance),
    low: means[Math.floor(0.025 * resamples)]!,
    high: means[Math.min(resamples - 1, Math.floor(0.975 * resamples))]!,
    pValue: means.filter((m) => (better === 'higher' ? m <= 0 : m >= 0)).length / resamples,
    resamples,
  };
}
