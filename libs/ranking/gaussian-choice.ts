/**
 * The probability that each of several independent Gaussians is the largest,
 *
 *     P(i) = ∫ φ_i(x) Π_{j≠i} Φ_j(x) dx = ∫ (φ_i / Φ_i)(x) · Π_j Φ_j(x) dx,
 *
 * by the trapezoidal rule on one grid for all of them. The integrand is as smooth as the narrowest Gaussian and vanishes
 * at both ends, where the rule converges exponentially: with steps of half the smallest deviation its error is below 1e-6.
 *
 * Σ_j ln Φ_j and Σ_j φ_j / Φ_j at each node are kept from slot to slot, so one probability, or one draw, costs about as much for a
 * thousand Gaussians as for ten.
 */
import { RowSums } from './row-sums.js';

const { ceil, exp, log, max, min, sqrt, PI } = Math;

/** Beyond so many deviations a Gaussian is nothing. */
const REACH = 7;
const STEP_DEVIATIONS = 0.5;
/** Deviations below this share of the largest count as this: it bounds the grid. */
export const DEVIATION_SHARE_MIN = 1 / 8;
const DEVIATION_MIN = 1e-3;
/** More nodes are never needed but for means that lie absurdly far apart. */
const NODES_MAX = 2_048;
const LOG_MIN = -700;
/** From here on Φ is 1, to the last bit, and φ nothing. */
const CERTAIN_DEVIATIONS = 8.5;

export class GaussianChoice {
  private readonly nodes: number;
  private readonly step: number;
  /** Of each: ln Φ at each node, then φ / Φ. */
  private readonly sums: RowSums;
  /** Π_j Φ_j dx at each node. */
  private readonly product: Float64Array;

  constructor(means: ArrayLike<number>, deviations: ArrayLike<number>) {
    const n = means.length;
    let largest = DEVIATION_MIN;
    for (let j = 0; j < n; j++) largest = max(largest, deviations[j]!);
    const least = largest * DEVIATION_SHARE_MIN;
    let low = -Infinity;
    let high = -Infinity;
    let smallest = largest;
    for (let j = 0; j < n; j++) {
      const deviation = max(least, deviations[j]!);
      smallest = min(smallest, deviation);
      // The largest of all is below `low` with no probability worth the name.
      low = max(low, means[j]! - REACH * deviation);
      high = max(high, means[j]! + REACH * deviation);
    }
    // Candidates may be taken away: what is left may lie lower.
    for (let j = 0; j < n; j++) low = min(low, means[j]! - REACH * largest);
    this.nodes = min(NODES_MAX, ceil((high - low) / (STEP_DEVIATIONS * smallest)) + 1);
    this.step = (high - low) / max(1, this.nodes - 1);
    this.product = new Float64Array(this.nodes);
    this.sums = new RowSums(n, 2 * this.nodes);
    for (let j = 0; j < n; j++) this.tabulate(this.sums.rowOf(j), means[j]!, max(least, deviations[j]!), low);
  }

  /** @param among indices of those that compete, best first. @returns their probabilities, in that order; they sum to 1 */
  chances(among: readonly number[]): Float64Array {
    const total = this.begin(among);
    if (total === 0) return new Float64Array(among.length).fill(1, 0, 1);
    return Float64Array.from(among, (j) => this.integral(this.sums.rowOf(j)) / total);
  }

  /** The same of one of them. */
  chance(j: number, among: readonly number[]): number {
    const total = this.begin(among);
    return total === 0 ? Number(j === among[0]) : this.integral(this.sums.rowOf(j)) / total;
  }

  /** Draws one of them by these probabilities: first where the largest lies, then whose it is. @param point uniform in [0, 1) */
  draw(among: readonly number[], point: number): number {
    const { nodes, product, sums } = this;
    let rest = point * this.begin(among);
    const hazards = sums.sum.subarray(nodes);
    let node = 0;
    for (let q = 0; q < nodes; q++) {
      const share = hazards[q]! * product[q]!;
      if (share === 0) continue;
      node = q;
      if (rest < share) break;
      rest -= share;
    }
    let chosen = among[0]!;
    for (const j of among) {
      const share = sums.valueOf(j, nodes + node) * product[node]!;
      if (share === 0) continue;
      chosen = j;
      rest -= share;
      if (rest < 0) break;
    }
    return chosen;
  }

  /** @returns ∫ of all of them together: 1, but for the rule's error; 0 where means lie too far apart for the grid, and the best stands */
  private begin(among: readonly number[]): number {
    const { nodes, product, sums } = this;
    sums.hold(among);
    const { sum } = sums;
    for (let q = 0; q < nodes; q++) product[q] = exp(sum[q]!) * this.step;
    return this.integral(sum);
  }

  /** ∫ of the row's φ / Φ times Π_j Φ_j. */
  private integral(row: Float64Array): number {
    const { nodes, product } = this;
    let sum = 0;
    for (let q = 0; q < nodes; q++) sum += row[nodes + q]! * product[q]!;
    return sum;
  }

  private tabulate(row: Float64Array, mean: number, deviation: number, low: number): void {
    for (let q = 0; q < this.nodes; q++) {
      const z = (low + q * this.step - mean) / deviation;
      if (z > CERTAIN_DEVIATIONS) return;
      const cdf = max(normalCdf(z), 1e-300);
      row[q] = max(LOG_MIN, log(cdf));
      row[this.nodes + q] = exp(-0.5 * z * z) / (sqrt(2 * PI) * deviation * cdf);
    }
  }
}

/** Φ with a relative error below 1.2e-7 everywhere (Press et al., Numerical Recipes, erfc by Chebyshev fitting). */
export function normalCdf(z: number): number {
  const x = -z / Math.SQRT2;
  const a = Math.abs(x);
  const t = 1 / (1 + 0.5 * a);
  const series =
    -1.26551223 +
    t *
      (1.00002368 +
        t *
          (0.37409196 +
            t *
              (0.09678418 +
                t *
                  (-0.18628806 +
                    t *
                      (0.27886807 +
                        t * (-1.13520398 + t * (1.48851587 + t * (-0.82215223 + t * 0.17087277))))))));
  const erfc = t * exp(-a * a + series);
  return 0.5 * (x >= 0 ? erfc : 2 - erfc);
}
