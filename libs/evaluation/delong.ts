/**
 * Is the difference of two AUCs over the same samples more than chance? DeLong, DeLong & Clarke-Pearson (Biometrics 1988):
 * an AUC is the mean of its positives' placements among the negatives, and of the negatives' among the positives; the
 * variance of the difference follows from those of the placements' differences. Samples count as independent.
 */
export interface AucDifference {
  readonly difference: number;
  readonly standardError: number;
  /** 95 %, normal. */
  readonly low: number;
  readonly high: number;
  /** One-sided: that a is not better than b. */
  readonly pValue: number;
}

const Z_95 = 1.959964;

/** NaN without both labels. */
export function compareAuc(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  labels: ArrayLike<number>,
): AucDifference {
  const [left, right] = [placements(a, labels), placements(b, labels)];
  const positives = new Spread();
  const negatives = new Spread();
  for (let i = 0; i < labels.length; i++) (labels[i]! > 0 ? positives : negatives).add(left[i]! - right[i]!);
  const difference = positives.mean;
  const standardError = Math.sqrt(positives.varianceOfMean + negatives.varianceOfMean);
  return {
    difference,
    standardError,
    low: difference - Z_95 * standardError,
    high: difference + Z_95 * standardError,
    pValue: standardError > 0 ? normalTail(difference / standardError) : 1,
  };
}

/** Of a positive the share of negatives below it, of a negative the share of positives above it; ties half. */
function placements(scores: ArrayLike<number>, labels: ArrayLike<number>): Float64Array {
  const n = labels.length;
  const order = Uint32Array.from({ length: n }, (_, i) => i).sort((i, j) => scores[i]! - scores[j]!);
  const out = new Float64Array(n);
  let allPositives = 0;
  for (let i = 0; i < n; i++) if (labels[i]! > 0) allPositives++;
  let [positives, negatives] = [0, 0];
  for (let from = 0, to = 0; from < n; from = to) {
    let own = 0;
    for (to = from; to < n && scores[order[to]!] === scores[order[from]!]; to++)
      if (labels[order[to]!]! > 0) own++;
    const others = to - from - own;
    for (let i = from; i < to; i++)
      out[order[i]!] =
        labels[order[i]!]! > 0
          ? (negatives + others / 2) / (n - allPositives)
          : (allPositives - positives - own / 2) / allPositives;
    positives += own;
    negatives += others;
  }
  return out;
}

/** Mean and variance in one pass (Welford 1962). */
class Spread {
  mean = NaN;
  private count = 0;
  private squares = 0;

  add(value: number): void {
    const before = this.count === 0 ? 0 : this.mean;
    this.count++;
    this.mean = before + (value - before) / this.count;
    this.squares += (value - before) * (value - this.mean);
  }

  get varianceOfMean(): number {
    return this.count > 1 ? this.squares / (this.count - 1) / this.count : 0;
  }
}

/** P(Z > z), within 1e−7 (Abramowitz & Stegun 26.2.17). */
function normalTail(z: number): number {
  if (z < 0) return 1 - normalTail(-z);
  const t = 1 / (1 + 0.2316419 * z);
  const series =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
}
