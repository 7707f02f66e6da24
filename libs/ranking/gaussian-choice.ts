/**
 * The probability that each of several independent Gaussians is the largest,
 *
 *     P(i) = ∫ φ_i(x) Π_{j≠i} Φ_j(x) dx = ∫ (φ_i / Φ_i)(x) · Π_j Φ_j(x) dx,
 *
 * by the trapezoidal rule on one grid for all of them. The integrand is as smooth as the narrowest Gaussian and vanishes
 * at both ends, where the rule converges exponentially: with steps of half the smallest deviation its error is below 1e-6.
 */
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

export class GaussianChoice {
  private readonly nodes: number;
  private readonly step: number;
  /** ln Φ_j and φ_j / Φ_j at each node, row after row. */
  private readonly logs: Float64Array;
  private readonly hazards: Float64Array;

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
    this.logs = new Float64Array(n * this.nodes);
    this.hazards = new Float64Array(n * this.nodes);
    for (let j = 0; j < n; j++) this.tabulate(j, means[j]!, max(least, deviations[j]!), low);
  }

  /** @param among indices of those that compete. @returns their probabilities, in that order; they sum to 1 */
  chances(among: readonly number[]): Float64Array {
    const { nodes, logs, hazards } = this;
    const product = new Float64Array(nodes);
    for (const j of among) for (let q = 0; q < nodes; q++) product[q]! += logs[j * nodes + q]!;
    for (let q = 0; q < nodes; q++) product[q] = exp(product[q]!) * this.step;
    const chances = new Float64Array(among.length);
    let total = 0;
    among.forEach((j, at) => {
      let sum = 0;
      for (let q = 0; q < nodes; q++) sum += hazards[j * nodes + q]! * product[q]!;
      chances[at] = sum;
      total += sum;
    });
    for (let at = 0; at < chances.length; at++) chances[at]! /= total;
    return chances;
  }

  private tabulate(j: number, mean: number, deviation: number, low: number): void {
    for (let q = 0; q < this.nodes; q++) {
      const z = (low + q * this.step - mean) / deviation;
      const cdf = max(normalCdf(z), 1e-300);
      this.logs[j * this.nodes + q] = max(LOG_MIN, log(cdf));
      this.hazards[j * this.nodes + q] = exp(-0.5 * z * z) / (sqrt(2 * PI) * deviation * cdf);
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
