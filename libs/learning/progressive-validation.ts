/**
 * Progressive validation (Blum, Kalai & Langford, COLT 1999): every sample is predicted before it is learnt, so
 * each prediction is an honest test. Kept for each learner, their blend, and two baselines: the item's CTR and
 * the overall CTR; over all samples, and over the last `window`.
 *
 *     log loss = mean −ln p(label)          normalised entropy = log loss / entropy of the mean rate
 *     calibration = Σ predictions / Σ clicks (1 is right)
 *     calibration error = mean |prediction − observed rate| over ten bins of about equal count (ECE)
 *
 * (He et al., "Practical Lessons from Predicting Clicks on Ads at Facebook", ADKDD 2014.) All samples count
 * equally: `noClickWeight` weighs the learning, not the measuring.
 */
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { newestOf } from './sample-key.js';
import { logLoss } from './logistic.js';
import { calibrationError, ScoreHistogram, type CalibrationBin } from './score-histogram.js';

export const PREDICTORS = ['ftrl', 'fm', 'olr', 'blend', 'itemCtr', 'overallCtr'] as const;
export type PredictorName = (typeof PREDICTORS)[number];
const COUNT = PREDICTORS.length;

/** Ratios are null while they have no denominator. */
export interface LossReport {
  readonly logLoss: number | null;
  readonly normalisedEntropy: number | null;
  readonly auc: number | null;
  readonly calibration: number | null;
  readonly calibrationError: number | null;
  readonly calibrationBins: readonly CalibrationBin[];
}

export interface ProgressiveSection {
  readonly samples: number;
  readonly clicks: number;
  readonly predictors: Readonly<Record<PredictorName, LossReport>>;
}

export interface ProgressiveReport {
  readonly cumulative: ProgressiveSection;
  readonly windowed: ProgressiveSection;
}

export class ProgressiveValidation {
  /** Filled by the model, in the order of PREDICTORS, before `record`. */
  readonly predictions = new Float64Array(COUNT);
  private samples = 0;
  private clicks = 0;
  private readonly losses = new Float64Array(COUNT);
  private readonly predicted = new Float64Array(COUNT);
  private readonly histograms = PREDICTORS.map(() => new ScoreHistogram());
  /** Ring of the last samples: predictions and labels. */
  private readonly recent: Float32Array;
  private readonly recentLabels: Uint8Array;
  private readonly recentKeys: Float64Array;

  constructor(private readonly window: number) {
    this.recent = new Float32Array(window * COUNT);
    this.recentLabels = new Uint8Array(window);
    this.recentKeys = new Float64Array(window);
  }

  /** @param key of the sample (sample-key.ts) */
  record(label: 0 | 1, key: number): void {
    const at = this.samples % this.window;
    for (let k = 0; k < COUNT; k++) {
      const p = this.predictions[k]!;
      this.losses[k]! += logLoss(p, label);
      this.predicted[k]! += p;
      this.histograms[k]!.add(p, label);
      this.recent[at * COUNT + k] = p;
    }
    this.recentLabels[at] = label;
    this.recentKeys[at] = key;
    this.samples++;
    this.clicks += label;
  }

  /**
   * A sample that was recorded as not clicked was clicked. What was predicted of it then is kept for the window; of an older
   * one `predictions` stand for it, as of now.
   */
  revise(key: number): void {
    const at = newestOf(this.recentKeys, key, this.samples, this.window);
    for (let k = 0; k < COUNT; k++) {
      const p = at < 0 ? this.predictions[k]! : this.recent[at * COUNT + k]!;
      this.losses[k]! += logLoss(p, 1) - logLoss(p, 0);
      this.histograms[k]!.revise(p);
    }
    if (at >= 0) this.recentLabels[at] = 1;
    this.clicks++;
  }

  report(): ProgressiveReport {
    return {
      cumulative: this.section(this.samples, this.clicks, this.losses, this.predicted, this.histograms),
      windowed: this.windowed(),
    };
  }

  encode(writer: ByteWriter): void {
    const kept = Math.min(this.samples, this.window);
    writer.varint(this.samples);
    writer.varint(this.clicks);
    writer.array(this.losses);
    writer.array(this.predicted);
    for (const histogram of this.histograms) {
      for (const count of histogram.negatives) writer.varint(count);
      for (const count of histogram.positives) writer.varint(count);
    }
    writer.array(this.recent.subarray(0, kept * COUNT));
    writer.array(this.recentLabels.subarray(0, kept));
    writer.array(this.recentKeys.subarray(0, kept));
  }

  decode(reader: ByteReader): void {
    this.samples = reader.varint();
    this.clicks = reader.varint();
    const kept = Math.min(this.samples, this.window);
    reader.array(this.losses);
    reader.array(this.predicted);
    for (const histogram of this.histograms) {
      for (let bin = 0; bin < histogram.negatives.length; bin++) histogram.negatives[bin] = reader.varint();
      for (let bin = 0; bin < histogram.positives.length; bin++) histogram.positives[bin] = reader.varint();
    }
    reader.array(this.recent.subarray(0, kept * COUNT));
    reader.array(this.recentLabels.subarray(0, kept));
    reader.array(this.recentKeys.subarray(0, kept));
  }

  private windowed(): ProgressiveSection {
    const kept = Math.min(this.samples, this.window);
    const losses = new Float64Array(COUNT);
    const predicted = new Float64Array(COUNT);
    const histograms = PREDICTORS.map(() => new ScoreHistogram());
    let clicks = 0;
    for (let at = 0; at < kept; at++) {
      const label = this.recentLabels[at] as 0 | 1;
      clicks += label;
      for (let k = 0; k < COUNT; k++) {
        const p = this.recent[at * COUNT + k]!;
        losses[k]! += logLoss(p, label);
        predicted[k]! += p;
        histograms[k]!.add(p, label);
      }
    }
    return this.section(kept, clicks, losses, predicted, histograms);
  }

  private section(
    samples: number,
    clicks: number,
    losses: Float64Array,
    predicted: Float64Array,
    histograms: readonly ScoreHistogram[],
  ): ProgressiveSection {
    const rate = clicks / samples;
    const entropy =
      clicks > 0 && clicks < samples ? -(rate * Math.log(rate) + (1 - rate) * Math.log(1 - rate)) : 0;
    const reports = PREDICTORS.map((name, k): [PredictorName, LossReport] => {
      const bins = histograms[k]!.calibration();
      const mean = samples > 0 ? losses[k]! / samples : null;
      return [
        name,
        {
          logLoss: mean,
          normalisedEntropy: mean !== null && entropy > 0 ? mean / entropy : null,
          auc: histograms[k]!.auc(),
          calibration: clicks > 0 ? predicted[k]! / clicks : null,
          calibrationError: calibrationError(bins),
          calibrationBins: bins,
        },
      ];
    });
    return { samples, clicks, predictors: Object.fromEntries(reports) as Record<PredictorName, LossReport> };
  }
}
