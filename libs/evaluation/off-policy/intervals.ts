/**
 * Intervals by the studentised bootstrap over whole clusters (Efron & Tibshirani 1993, section 12.5; Davison & Hinkley 1997, section
 * 5.2.1): with the standard error s of an estimate θ, and θ*, s* of a resample,
 *
 *     low, high = θ − s · quantiles of (θ* − θ) / s*
 *
 * Weighted rewards are skewed: a log that happens to lack the rare choices of large weight has a low estimate and too small a spread at
 * once. Quantiles of θ* alone take that spread for true; here it is compared with the resample's own.
 *
 * Every statistic is a sum of ratios of column sums, so that s² = c·M·c with M the second moments of the clusters' sums and c the
 * derivative of θ by each sum (the linearised, or infinitesimal jackknife, variance).
 */
import { SeededRandom } from '#kernel';
import { COLUMN_COUNT, type OffPolicySums } from './off-policy-sums.js';

/** Of the log's own standard error: less is what rounding leaves of none. */
const SPREAD_MIN = 1e-6;

/** One ratio of a statistic; the statistic is the sum over its ratios. */
export interface Ratio {
  /** Columns. */
  readonly over: number;
  readonly under: number;
  readonly sign?: -1;
}

export interface Interval {
  /** Of the resamples. */
  readonly standardError: number;
  readonly low: number;
  readonly high: number;
}

export interface Resampling {
  readonly seed: number;
  readonly resamples: number;
  /** Coverage. */
  readonly level: number;
}

/** @param total column sums. @param placeOf where a column stands among them; default: at its own number */
export function valueOf(
  ratios: readonly Ratio[],
  total: Float64Array,
  placeOf = (column: number): number => column,
): number {
  return ratios.reduce(
    (sum, { over, under, sign = 1 }) => sum + (sign * total[placeOf(over)]!) / total[placeOf(under)]!,
    0,
  );
}

/** One interval for each statistic, all from the same resamples. */
export function intervalsOf(
  sums: OffPolicySums,
  statistics: readonly (readonly Ratio[])[],
  { seed, resamples, level }: Resampling,
): Interval[] {
  const columns = [...new Set(statistics.flat().flatMap(({ over, under }) => [over, under]))];
  const clusters = new Clusters(sums, columns);
  const whole = new Moments(clusters);
  for (let g = 0; g < sums.groups; g++) whole.add(g);
  const random = new SeededRandom(seed);
  const values = statistics.map(() => new Float64Array(resamples));
  const scores = statistics.map((): number[] => []);
  const own = statistics.map((ratios) => ({ value: whole.value(ratios), error: whole.error(ratios) }));
  const drawn = new Moments(clusters);
  for (let r = 0; r < resamples; r++) {
    drawn.clear();
    for (let g = 0; g < sums.groups; g++) drawn.add(random.below(sums.groups));
    statistics.forEach((ratios, i) => {
      const value = (values[i]![r] = drawn.value(ratios));
      const error = drawn.error(ratios);
      // A resample without any spread (no click in it, or one cluster over and over) says nothing about how far off it is.
      if (error > SPREAD_MIN * own[i]!.error) scores[i]!.push((value - own[i]!.value) / error);
    });
  }
  return own.map(({ value, error }, i) => {
    const tails = quantiles(scores[i]!, (1 - level) / 2);
    return {
      standardError: deviationOf(values[i]!),
      low: value - tails.high * error,
      high: value - tails.low * error,
    };
  });
}

/** The columns that are needed, close together, and their products. */
class Clusters {
  readonly width: number;
  readonly products: number;
  readonly rows: Float64Array;
  private readonly places = new Map<number, number>();
  readonly placeOf = (column: number): number => this.places.get(column)!;

  constructor(
    { rows, groups }: OffPolicySums,
    readonly columns: readonly number[],
  ) {
    this.width = columns.length;
    this.products = (this.width * (this.width + 1)) / 2;
    columns.forEach((column, place) => this.places.set(column, place));
    const stride = this.width + this.products;
    this.rows = new Float64Array(groups * stride);
    for (let g = 0; g < groups; g++) {
      let at = g * stride;
      const row = columns.map((column) => rows[g * COLUMN_COUNT + column]!);
      for (const value of row) this.rows[at++] = value;
      for (let i = 0; i < this.width; i++) for (let j = 0; j <= i; j++) this.rows[at++] = row[i]! * row[j]!;
    }
  }
}

/** Sums of the columns and of their products over some clusters. */
class Moments {
  private readonly sums: Float64Array;
  private count = 0;

  constructor(private readonly clusters: Clusters) {
    this.sums = new Float64Array(clusters.width + clusters.products);
  }

  clear(): void {
    this.sums.fill(0);
    this.count = 0;
  }

  add(cluster: number): void {
    const { sums } = this;
    const { rows } = this.clusters;
    const at = cluster * sums.length;
    for (let i = 0; i < sums.length; i++) sums[i]! += rows[at + i]!;
    this.count++;
  }

  value(ratios: readonly Ratio[]): number {
    return valueOf(ratios, this.sums, this.clusters.placeOf);
  }

  error(ratios: readonly Ratio[]): number {
    const { width, placeOf } = this.clusters;
    const slopes = new Float64Array(width);
    for (const { over, under, sign = 1 } of ratios) {
      const [a, b] = [placeOf(over), placeOf(under)];
      const scale = sign / this.sums[b]!;
      slopes[a]! += scale;
      slopes[b]! -= (scale * this.sums[a]!) / this.sums[b]!;
    }
    let variance = 0;
    let at = width;
    for (let i = 0; i < width; i++)
      for (let j = 0; j <= i; j++) variance += (i === j ? 1 : 2) * slopes[i]! * slopes[j]! * this.sums[at++]!;
    return Math.sqrt(Math.max(0, (variance * this.count) / Math.max(1, this.count - 1)));
  }
}

function quantiles(values: readonly number[], tail: number): { low: number; high: number } {
  const sorted = Float64Array.from(values).sort();
  const n = sorted.length;
  if (n === 0) return { low: NaN, high: NaN };
  return { low: sorted[Math.floor(tail * n)]!, high: sorted[Math.min(n - 1, Math.floor((1 - tail) * n))]! };
}

function deviationOf(values: Float64Array): number {
  const n = values.length;
  const mean = values.reduce((sum, v) => sum + v, 0) / n;
  return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / Math.max(1, n - 1));
}
