/** Metrics of predicted probabilities against 0/1 labels, over pooled samples. Empty input gives NaN. */

/** Predictions are clipped into [ε, 1 − ε] before a logarithm. */
export const PROBABILITY_EPSILON = 1e-7;

/** Mean negative log likelihood, in nats. */
export function logLoss(predictions: ArrayLike<number>, labels: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < predictions.length; i++) {
    const p = Math.min(Math.max(predictions[i]!, PROBABILITY_EPSILON), 1 - PROBABILITY_EPSILON);
    sum -= labels[i]! > 0 ? Math.log(p) : Math.log(1 - p);
  }
  return sum / predictions.length;
}

/**
 * Log loss divided by the entropy of the labels' mean (He et al. 2014, "Practical Lessons from Predicting
 * Clicks on Ads at Facebook", section 3): below 1 is better than always predicting the average rate.
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

/** Equal-count bins in order of the prediction. */
export function calibrationCurve(
  predictions: ArrayLike<number>,
  labels: ArrayLike<number>,
  bins = 10,
): CalibrationBin[] {
  const order = ascending(predictions);
  return Array.from({ length: Math.min(bins, order.length) }, (_, bin) => {
    const from = Math.floor((bin * order.length) / bins);
    const to = Math.floor(((bin + 1) * order.length) / bins);
    let predicted = 0;
    let observed = 0;
    for (let i = from; i < to; i++) {
      predicted += predictions[order[i]!]!;
      observed += labels[order[i]!]!;
    }
    const samples = to - from;
    return { predicted: predicted / samples, observed: observed / samples, samples };
  }).filter((bin) => bin.samples > 0);
}

/**
 * Area under the ROC curve: the probability that a positive scores above a negative, ties counting one
 * half (Mann-Whitney U over mid-ranks). Scores need not be probabilities. NaN without both classes.
 */
export function auc(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  const order = ascending(scores);
  let positives = 0;
  let rankSum = 0;
  for (let i = 0; i < order.length;) {
    let j = i;
    while (j < order.length && scores[order[j]!] === scores[order[i]!]) j++;
    const midRank = (i + 1 + j) / 2;
    for (; i < j; i++) {
      if (labels[order[i]!]! > 0) {
        positives++;
        rankSum += midRank;
      }
    }
  }
  const negatives = order.length - positives;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

function ascending(values: ArrayLike<number>): Uint32Array {
  return Uint32Array.from({ length: values.length }, (_, i) => i).sort((a, b) => values[a]! - values[b]!);
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}
