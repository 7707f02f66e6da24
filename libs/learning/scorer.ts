/**
 * The prediction: the same code and the same tables whether a learner validates, a host ranks, or a person asks why.
 *
 *     offset = logit(item CTR) − ln(noClickWeight)      what is known before any weight is learnt
 *     ℓ_k    = offset + learner k's logit               at training weights
 *     ℓ      = offset + b + Σ a_k · learner k's logit   the blend
 *     p_k    = Platt_k(ℓ_k + ln(noClickWeight))         click-through rates
 */
import type { FeatureVector } from '#events';
import { Blend } from './blend.js';
import { Calibrator } from './calibrator.js';
import type { FactorWeights } from './factor-weights.js';
import { FeatureRates } from './feature-rates.js';
import type { FtrlWeights } from './ftrl-weights.js';
import type { ModelSettings } from './model-settings.js';
import { newReading, readItem } from './item-reading.js';
import { NextItems } from './next-item/next-items.js';
import type { Predictor } from './online-learner.js';
import { JointLogits } from './joint-logits.js';
import { appendRateFeatures, appendRememberedRates } from './rate-features.js';
import { fillSample, type Sample } from './sample.js';
import { appendStatisticsFeatures } from './statistics-features.js';
import { RatingModel } from './ratings/rating-model.js';
import type { Tables } from './tables.js';

export const LEARNERS = ['ftrl', 'fm', 'olr'] as const;
export type LearnerName = (typeof LEARNERS)[number];
const BLEND = LEARNERS.length;
/** The blend before any sample: the plain gradient descent has to earn its part. */
const FIRST_SHARES: Readonly<Record<LearnerName, number>> = { ftrl: 0.5, fm: 0.5, olr: 0 };

/** Calibrated click-through rates. */
export interface Scores {
  ftrl: number;
  fm: number;
  olr: number;
  blend: number;
}

export const newScores = (): Scores => ({ ftrl: 0, fm: 0, olr: 0, blend: 0 });

export class Scorer {
  readonly sample: Sample;
  /** Of the list that the weights have opened; see list-scorer.ts. */
  readonly listSample: Sample;
  /** Of the first look at a list's candidates; see coarse-scorer.ts. */
  readonly coarseSample: Sample;
  /** The item's statistics that enter the sample. */
  readonly reading = newReading();
  readonly joint: JointLogits;
  /** Of the sample last predicted: what each learner adds to the offset. */
  readonly logits: Float64Array;
  readonly blend = new Blend(LEARNERS.map((name) => FIRST_SHARES[name]));
  /** One a learner, and the blend's last. */
  readonly calibrators: readonly Calibrator[];
  /** Of the sample last predicted, at training weights: each learner's, and the blend's last. */
  readonly totals = new Float64Array(LEARNERS.length + 1);
  /** The same as calibrated probabilities, as last read. */
  readonly calibrated = new Float64Array(LEARNERS.length + 1);
  /** What users would rate items. */
  readonly ratings: RatingModel;
  readonly nextItems: NextItems;
  readonly rates: FeatureRates;
  readonly mask: number;
  /** Grows with every change of weights or tables: what was made from them earlier may differ. */
  revision = 0;
  private readonly trainingShift: number;

  constructor(
    settings: Pick<ModelSettings, 'bits' | 'noClickWeight' | 'withoutSignals' | 'statistics'>,
    readonly weights: Readonly<Record<LearnerName, Predictor>> & {
      readonly ftrl: FtrlWeights;
      readonly fm: FactorWeights;
    },
    readonly tables: Tables,
  ) {
    this.sample = weights.ftrl.rows.newSample();
    this.listSample = weights.ftrl.rows.newSample();
    this.coarseSample = weights.ftrl.rows.newSample();
    this.joint = new JointLogits(weights.ftrl.rows, weights.fm.w0);
    this.logits = this.joint.logits;
    this.nextItems = new NextItems(tables, settings.withoutSignals);
    this.mask = 2 ** settings.bits - 1;
    this.trainingShift = -Math.log(settings.noClickWeight);
    this.ratings = new RatingModel(tables);
    this.rates = new FeatureRates(weights.ftrl.rows, settings.statistics.ratePriorShown);
    this.calibrators = [...LEARNERS, 'blend'].map(() => new Calibrator(settings.noClickWeight));
  }

  /**
   * Makes the sample from the features and `reading`, which the caller has filled.
   * @param rates of the features as they were before; default: as they are
   * @param served with the rates that hosts know
   * @returns false when a feature is not finite; the sample then holds the statistics features alone
   */
  prepare(features: FeatureVector, rates?: Float32Array, served = false): boolean {
    const { sample, mask } = this;
    const sound = fillSample(sample, features, mask);
    if (!sound) sample.length = 0;
    else {
      this.weights.ftrl.rows.touch(sample);
      if (rates) appendRememberedRates(sample, features, rates, mask);
      else appendRateFeatures(sample, features, this.rates, this.reading.overallLogit, mask, served);
    }
    appendStatisticsFeatures(this.sample, this.reading, this.mask);
    this.sample.offset += this.trainingShift;
    return sound;
  }

  /** Logits of the prepared sample. @param served with the weights that hosts know */
  predict(served = false): void {
    this.joint.whole(this.sample, served);
    this.sum(this.sample.offset);
  }

  /** Logits of another sample, whose first `length` features the weights have opened; its offset is that of the item's CTR. */
  predictAfter(sample: Sample, length: number): void {
    this.joint.after(sample, length);
    this.sum(this.offsetFrom(sample.offset));
  }

  private sum(offset: number): void {
    const { totals, logits } = this;
    for (let k = 0; k < BLEND; k++) totals[k] = offset + logits[k]!;
    totals[BLEND] = this.blend.logit(offset, logits);
  }

  /** At training weights. @param ctrLogit of the item */
  offsetFrom(ctrLogit: number): number {
    return ctrLogit + this.trainingShift;
  }

  /** Calibrated predictions of the sample last predicted. */
  read(out: Scores): void {
    const { calibrated, calibrators, totals } = this;
    for (let k = 0; k <= BLEND; k++) calibrated[k] = calibrators[k]!.probability(totals[k]!);
    out.ftrl = calibrated[0]!;
    out.fm = calibrated[1]!;
    out.olr = calibrated[2]!;
    out.blend = calibrated[BLEND]!;
  }

  /** FTRL's calibrated prediction of the prepared sample, one of its features left out. */
  ftrlWithout(place: number): number {
    const { sample } = this;
    const value = sample.values[place]!;
    sample.values[place] = 0;
    const logit = sample.offset + this.weights.ftrl.logit(sample);
    sample.values[place] = value;
    return this.calibrators[0]!.probability(logit);
  }

  /** As a host does. */
  score(features: FeatureVector, itemKey: number, now: number, out: Scores): void {
    readItem(this.reading, this.tables.statistics, itemKey, now, 0);
    this.prepare(features, undefined, true);
    this.predict(true);
    this.read(out);
  }

  /**
   * Standard deviation of the prediction in log-odds, from two independent parts: the weights, by FTRL's own uncertainty
   * (ftrl-weights.ts), and the item's click-through rate that every learner starts from, the logit of a beta posterior of
   * a clicks and b others: 1/a + 1/b (delta method). The blend's other learners saw the same evidence and count as sure as FTRL.
   */
  deviation(features: FeatureVector, itemKey: number, now: number): number {
    const { statistics } = this.tables;
    readItem(this.reading, statistics, itemKey, now, 0);
    this.prepare(features, undefined, true);
    const { clicks, others } = statistics.evidence(itemKey);
    return Math.sqrt(this.weights.ftrl.variance(this.sample) + 1 / clicks + 1 / others);
  }
}
