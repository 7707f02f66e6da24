/** Metrics of predicted probabilities against 0/1 labels, over pooled samples. Empty input gives NaN. */

/** Predictions are clipped into [ε, 1 − ε] before a logarithm. */
export const PROBABILITY_EPSILON = 1e-7;

export function clipProbability(p: number): number {
  return Math.min(Math.max(p, PROBABILITY_EPSILON), 1 - PROBABILITY_EPSILON);
}

/** Mean negative log likelihood, in nats. */
export function logLoss(predictions: ArrayLike<number>, labels: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < predictions.length; i++) {
    const p = clipProbability(predictions[i]!);
    sum -= labels[i]! > 0 ? Math.log(p) : Math.log(1 - p);
  }
  return sum / predictions.length;
}

/**
 * Log loss divided by the entropy of the labels' mean (He et al. 2014, "Practical Lessons from Predicting
 * Clicks on Ads at Facebook", ADKDD 2014): below 1 is better than always predicting the average rate.
 */
export function normalisedEntropy(predictions: ArrayLike<number>, labels: ArrayLike<number>): number {
  const rate = mean(labels);
  const entropy = -(rate * Math.log(rate) + (1 - rate) * Math.log(1 - rate));
  return logLoss(predictions, labels) / entropy;
}

/** Sum of predictions divided by the number of positives: 1 is calibrated, above 1 promises too much. */
export function calibrationRatio(predictions: ArrayLike<number>, labels: ArrayLike<number>): number {
  return mean(predictions) / mean(labels);
}

export interface CalibrationBin {
  /** Mean prediction and observed rate of the samples in this bin. */
  readonly predicted: number;
  readonly observed: number;
  readonly samples: number;
}

/** Bins of about equal count in order of the prediction; equal predictions stand in one bin. */
export function calibrationCurve(
  predictions: ArrayLike<number>,
  labels: ArrayLike<number>,
  bins = 10,
): CalibrationBin[] {
  const order = ascending(predictions);
  const curve: CalibrationBin[] = [];
  for (let from = 0, to = 0; from < order.length; from = to) {
    const share = Math.floor((bins * from) / order.length) + 1;
    to = Math.max(from + 1, Math.floor((share * order.length) / bins));
    while (to < order.length && predictions[order[to]!] === predictions[order[to - 1]!]) to++;
    let predicted = 0;
    let observed = 0;
    for (let i = from; i < to; i++) {
      predicted += predictions[order[i]!]!;
      observed += labels[order[i]!]!;
    }
    const samples = to - from;
    curve.push({ predicted: predicted / samples, observed: observed / samples, samples });
  }
  return curve;
}

/**
 * Mean distance between prediction and observed rate over the bins of `calibrationCurve`, weighted by their samples: the
 * expected calibration error (Naeini, Cooper & Hauskrecht, AAAI 2015) with equal-count bins (Nguyen & O'Connor 2015).
 */
export function expectedCalibrationError(
  predictions: ArrayLike<number>,
  labels: ArrayLike<number>,
  bins = 10,
): number {
  return calibrationError(calibrationCurve(predictions, labels, bins));
}

/** The same of bins that are there already. NaN without samples. */
export function calibrationError(bins: readonly CalibrationBin[]): number {
  const total = bins.reduce((sum, bin) => sum + bin.samples, 0);
  return bins.reduce((sum, bin) => sum + bin.samples * Math.abs(bin.predicted - bin.observed), 0) / total;
}

/**
 * Area under the ROC curve: the probability that a positive scores above a negative, ties counting one
 * half (Mann & Whitney 1947; Hanley & McNeil 1982). Scores need not be probabilities. NaN without both classes.
 */
export function auc(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  let count = 0;
  for (let i = 0; i < labels.length; i++) if (labels[i]! > 0) count++;
  const positives = new Float64Array(count);
  const negatives = new Float64Array(labels.length - count);
  let [p, n] = [0, 0];
  for (let i = 0; i < labels.length; i++) {
    if (labels[i]! > 0) positives[p++] = scores[i]!;
    else negatives[n++] = scores[i]!;
  }
  return aucOfSorted(positives.sort(), negatives.sort());
}

/** Both ascending. */
function aucOfSorted(positives: Float64Array, negatives: Float64Array): number {
  let wins = 0;
  let below = 0;
  let notAbove = 0;
  for (const score of positives) {
    while (below < negatives.length && negatives[below]! < score) below++;
    notAbove = Math.max(notAbove, below);
    while (notAbove < negatives.length && negatives[notAbove]! === score) notAbove++;
    wins += (below + notAbove) / 2;
  }
  return wins / (positives.length * negatives.length);
}

function ascending(values: ArrayLike<number>): Uint32Array {
  return Uint32Array.from({ length: values.length }, (_, i) => i).sort((a, b) => values[a]! - values[b]!);
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}
