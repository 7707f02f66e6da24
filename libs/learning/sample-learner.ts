/**
 * Learns one sample whose item reading the scorer holds: predict, validate, then update all that predicts. Or takes one back:
 *
 *     gradient = (w·positive₁ − positive₀)·(p − 1) + (w·negative₁ − negative₀)·ν·p,   masses of a click less those of none
 *
 * for a click on what was learnt as not clicked, in one step. Learners make more of a purchase than of a click, by its weight w;
 * calibration does not: a click-through rate counts a clicked impression once, whatever came of it.
 */
import type { Outcome } from '#events';
import { positionIndex } from '#features';
import { massesOf, type Masses } from './debias.js';
import type { ExposureMemory } from './exposure-memory.js';
import { sigmoid } from './logistic.js';
import type { ModelSettings } from './model-settings.js';
import type { OnlineLearner } from './online-learner.js';
import { placePredictions, readPredictions } from './predictions.js';
import type { ProgressiveRanking } from './progressive-ranking.js';
import type { ProgressiveValidation } from './progressive-validation.js';
import { familiesOf } from './rate-features.js';
import { sampleKey } from './sample-key.js';
import { LEARNERS, newScores, type LearnerName, type Scorer } from './scorer.js';
import { STATISTICS_FEATURE_NAMES } from './statistics-features.js';

/** The weight of one positive is cut to this. */
export const SAMPLE_WEIGHT_MAX = 10;
const BLEND = LEARNERS.length;
/** Can learn from the blend, too. */
const STUDENT = LEARNERS.indexOf('fm');
const NOTHING: Masses = { positive: 0, negative: 0 };

/** What is read of an outcome, fresh or held. */
export type Shown = Pick<
  Outcome,
  'timestamp' | 'userKey' | 'listKey' | 'itemKey' | 'position' | 'depth' | 'features'
>;

export interface SampleLearnerParts {
  readonly settings: ModelSettings;
  readonly scorer: Scorer;
  readonly learners: Readonly<Record<LearnerName, OnlineLearner>>;
  readonly exposures: ExposureMemory;
  readonly validation: ProgressiveValidation;
  readonly ranking: ProgressiveRanking;
}

export class SampleLearner {
  private readonly scores = newScores();
  private readonly masses: Masses = { positive: 0, negative: 0 };
  /** Of an outcome that is taken back. */
  private readonly revised: Masses = { positive: 0, negative: 0 };
  /** Where in the sample last prepared the rates of features begin. */
  private rated = 0;

  constructor(private readonly parts: SampleLearnerParts) {}

  /** @param weight of a click */
  learn(shown: Shown, label: 0 | 1, weight: number): void {
    const { masses } = this;
    const { settings, scorer, exposures, ranking } = this.parts;
    const { method, weightMax } = settings.debias;
    const { rates } = scorer;
    const { examination, experiments } = scorer.tables;
    const { itemKey, position, depth = 0 } = shown;
    ranking.begin(shown.userKey, shown.listKey, itemKey);
    rates.open(shown.listKey);
    const slot = this.prepare(shown);
    scorer.predict();
    scorer.read(this.scores);
    const examined = examination.examination(position, depth);
    const relevance = slot < 0 ? this.scores.ftrl : scorer.ftrlWithout(slot);
    exposures.rememberRates(
      itemKey,
      shown.timestamp,
      familiesOf(shown.features),
      scorer.sample.values,
      this.rated,
      scorer.sample.length - this.rated - STATISTICS_FEATURE_NAMES.length,
    );
    this.validate(label, examined, sampleKey(shown.listKey, itemKey));
    massesOf(masses, method, label, examined, this.scores.blend, weightMax);
    this.update(weight, NOTHING);
    examination.record(itemKey, position, depth, label, relevance);
    rates.record(shown.features, label);
    experiments.recordOutcome(shown.userKey, shown.timestamp, label);
  }

  /** A click on what was learnt as not clicked. */
  revise(record: Outcome, weight: number): void {
    const { masses, revised } = this;
    const { settings, scorer, exposures, validation, ranking } = this.parts;
    const { tables } = scorer;
    const { itemKey, timestamp, position, depth = 0 } = record;
    const { method, weightMax } = settings.debias;
    scorer.rates.open(record.listKey);
    this.prepare(record, exposures.recallRates(itemKey, timestamp, familiesOf(record.features)));
    scorer.predict();
    scorer.read(this.scores);
    const examined = tables.examination.examination(position, depth);
    readPredictions(this.scores, scorer.reading, validation.predictions);
    placePredictions(settings.debias, examined, validation.predictions);
    const key = sampleKey(record.listKey, itemKey);
    ranking.revise(key);
    validation.revise(key);
    massesOf(masses, method, 1, examined, this.scores.blend, weightMax);
    massesOf(revised, method, 0, examined, this.scores.blend, weightMax);
    this.update(weight, revised);
    tables.examination.revise(itemKey, position, depth);
    scorer.rates.revise(record.features);
    tables.experiments.recordOutcome(record.userKey, timestamp, 1, 0);
  }

  /** Makes the sample. @returns where the slot's feature stands in it, −1 when it is left out */
  private prepare({ features, position }: Shown, rates?: Float32Array): number {
    const { settings, scorer } = this.parts;
    const last = features.length - 1;
    const placed = last >= 0 && features.indices[last] === positionIndex(position);
    const kept = placed && settings.debias.method === 'feature';
    if (placed && !kept) features.length = last;
    this.rated = features.length;
    scorer.prepare(features, rates);
    features.length = last + 1;
    return kept ? last : -1;
  }

  private validate(label: 0 | 1, examined: number, key: number): void {
    const { settings, scorer, validation, ranking } = this.parts;
    readPredictions(this.scores, scorer.reading, validation.predictions);
    ranking.record(label, key, validation.predictions, scorer.reading.popularity);
    placePredictions(settings.debias, examined, validation.predictions);
    validation.record(label, key);
  }

  /** The sample last read, with the masses at hand, less what of it was `learnt` already. */
  private update(weight: number, learnt: Masses): void {
    const { masses } = this;
    const { settings, scorer, learners } = this.parts;
    const { sample, logits, totals, calibrated, blend, calibrators } = scorer;
    const { noClickWeight, fm } = settings;
    const taught = fm.distillation ?? 0;
    const positive = weight * masses.positive - learnt.positive;
    const negative = weight * masses.negative - learnt.negative;
    const [clicked, unclicked] = [masses.positive - learnt.positive, masses.negative - learnt.negative];
    const mass = positive + negative * noClickWeight;
    let teacher = 0;
    for (let k = BLEND; k >= 0; k--) {
      const p = sigmoid(totals[k]!);
      let gradient = positive * (p - 1) + negative * noClickWeight * p;
      calibrators[k]!.update(totals[k]!, calibrated[k]!, clicked, unclicked);
      if (k === BLEND) {
        teacher = p;
        blend.update(logits, gradient, Math.max(0, mass) * p * (1 - p));
      } else {
        if (k === STUDENT && taught > 0) gradient += taught * (mass * (p - teacher) - gradient);
        learners[LEARNERS[k]!].update(sample, gradient);
      }
    }
  }
}
