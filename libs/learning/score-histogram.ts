/** Scores of positives and negatives in fixed bins of the logit: AUC and calibration without keeping samples. */
const { abs, exp, floor, log } = Math;

export const SCORE_BINS = 1_024;
/** Logits beyond ± this share the outer bins. */
const LOGIT_RANGE = 12;
const CALIBRATION_BINS = 10;

export interface CalibrationBin {
  readonly samples: number;
  /** Mean prediction and observed rate. */
  readonly predicted: number;
  readonly observed: number;
}

export class ScoreHistogram {
  readonly negatives = new Float64Array(SCORE_BINS);
  readonly positives = new Float64Array(SCORE_BINS);

  add(probability: number, label: 0 | 1): void {
    const bin = binOf(probability);
    if (label === 1) this.positives[bin]! += 1;
    else this.negatives[bin]! += 1;
  }

  /** A negative that was added turned out to be a positive. */
  revise(probability: number): void {
    const bin = binOf(probability);
    this.negatives[bin] = Math.max(0, this.negatives[bin]! - 1);
    this.positives[bin]! += 1;
  }

  /** Probability that a positive scores above a negative, ties half; null without both. */
  auc(): number | null {
    let below = 0;
    let wins = 0;
    let positives = 0;
    for (let bin = 0; bin < SCORE_BINS; bin++) {
      wins += this.positives[bin]! * (below + this.negatives[bin]! / 2);
      below += this.negatives[bin]!;
      positives += this.positives[bin]!;
    }
    return positives > 0 && below > 0 ? wins / (positives * below) : null;
  }

  /** Groups of about equally many samples, by rising prediction. */
  calibration(): CalibrationBin[] {
    let total = 0;
    for (let bin = 0; bin < SCORE_BINS; bin++) total += this.positives[bin]! + this.negatives[bin]!;
    const bins: CalibrationBin[] = [];
    let samples = 0;
    let predicted = 0;
    let clicks = 0;
    for (let bin = 0; bin < SCORE_BINS; bin++) {
      const here = this.positives[bin]! + this.negatives[bin]!;
      samples += here;
      predicted += here * centreOf(bin);
      clicks += this.positives[bin]!;
      if (samples === 0 || (samples < total / CALIBRATION_BINS && bin < SCORE_BINS - 1)) continue;
      bins.push({ samples, predicted: predicted / samples, observed: clicks / samples });
      samples = predicted = clicks = 0;
    }
    return bins;
  }
}

/** Mean distance of prediction and observed rate, weighted by samples (ECE: Naeini et al. 2015); null without samples. */
export function calibrationError(bins: readonly CalibrationBin[]): number | null {
  let samples = 0;
  let distance = 0;
  for (const bin of bins) {
    samples += bin.samples;
    distance += bin.samples * abs(bin.predicted - bin.observed);
  }
  return samples > 0 ? distance / samples : null;
}

function binOf(probability: number): number {
  const logit = log(probability / (1 - probability));
  const bin = floor(((logit + LOGIT_RANGE) / (2 * LOGIT_RANGE)) * SCORE_BINS);
  return bin >= SCORE_BINS ? SCORE_BINS - 1 : bin >= 0 ? bin : 0;
}

function centreOf(bin: number): number {
  return 1 / (1 + exp(LOGIT_RANGE - ((bin + 0.5) / SCORE_BINS) * 2 * LOGIT_RANGE));
}
