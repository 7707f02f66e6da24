/**
 * The model as a fold over FEEDBACK: predict (progressive validation), then update, one record after another
 * in stream order. Equal settings and equal records give equal bytes (invariant I1): no clock, no random
 * numbers, a fixed order of floating-point operations.
 *
 * A record that is not sound (sound-record.ts) is counted in `rejected` and changes nothing else.
 */
import { sampleKey } from './sample-key.js';
import { STATISTICS_FEATURE_NAMES } from './statistics-features.js';
import {
  FeedbackDecoder,
  type Engagement,
  type Exposure,
  type FeedbackSink,
  type FeatureVector,
  type Outcome,
  type Sequel,
} from '#events';
import { positionIndex } from '#features';
import { atOnce, fnv1a32, type Steps } from '#kernel';
import { massesOf, type Masses } from './debias.js';
import { ExposureMemory } from './exposure-memory.js';
import { FactorisationMachine } from './factorisation-machine.js';
import { FtrlProximal } from './ftrl-proximal.js';
import { GoalModel } from './goal-model.js';
import { GoalValidation } from './goal-validation.js';
import { HeldLists } from './held-lists.js';
import { copyReading, newReading, readItem } from './item-reading.js';
import type { ChangedSlots } from './kernels/changed-slots.js';
import { SlotRows } from './kernels/slot-rows.js';
import { sigmoid } from './logistic.js';
import { encodeDelta } from './model-delta.js';
import { hashState, type ModelHash, type ModelIdentity, type ModelState } from './model-state.js';
import { modelVersion, settingsHash, type ModelSettings } from './model-settings.js';
import { captureSnapshot, encodeSnapshot, restoring } from './model-snapshot.js';
import type { CapturedSnapshot, EncodedSnapshot, SnapshotHeader } from './model-snapshot.js';
import { fitFactors } from './next-item/alternating-least-squares.js';
import { EngagementRelay, takeStep } from './next-item/engagement-relay.js';
import type { OnlineLearner } from './online-learner.js';
import { OnlineLogisticRegression } from './online-logistic-regression.js';
import { ProgressiveRanking } from './progressive-ranking.js';
import { ProgressiveValidation, type ProgressiveReport } from './progressive-validation.js';
import { ReadAhead } from './read-ahead.js';
import { recordForGroups } from './record-for-groups.js';
import { isSoundEngagement, isSoundExposure, isSoundOutcome, isSoundSequel } from './sound-record.js';
import { LEARNERS, newScores, Scorer, type LearnerName, type Scores } from './scorer.js';
import { placePredictions, readPredictions } from './predictions.js';
import { newTables, rowTables } from './tables.js';

/** The weight of one positive is cut to this. */
export const SAMPLE_WEIGHT_MAX = 10;
const BLEND = LEARNERS.length;
/** The coarse rank's learner: it can learn from the blend, too. */
const STUDENT = LEARNERS.indexOf('fm');
/** The type whose value is a rating. */
const RATING = fnv1a32('rating');
const NOTHING: Masses = { positive: 0, negative: 0 };

export class OnlineModel implements FeedbackSink, ModelState {
  readonly scorer: Scorer;
  readonly learners: Readonly<Record<LearnerName, OnlineLearner>> & {
    readonly ftrl: FtrlProximal;
    readonly fm: FactorisationMachine;
  };
  readonly goals: GoalModel;
  readonly exposures: ExposureMemory;
  readonly held = new HeldLists();
  readonly validation: ProgressiveValidation;
  readonly ranking: ProgressiveRanking;
  readonly goalValidation: GoalValidation;
  identity: ModelIdentity;
  sequence = 0;
  samples = 0;
  rejected = 0;
  eventTime = 0;
  readonly changed: ChangedSlots;
  readonly relay = new EngagementRelay();
  drained = 0;
  private readonly decoder = new FeedbackDecoder();
  private readonly scores = newScores();
  private readonly shown = newReading();
  private readonly masses: Masses = { positive: 0, negative: 0 };
  /** Of an outcome that is taken back. */
  private readonly revised: Masses = { positive: 0, negative: 0 };
  private readonly ahead: ReadAhead;
  /** Where in the sample last prepared the rates of features begin. */
  private rated = 0;

  constructor(
    readonly settings: ModelSettings,
    identity: Partial<ModelIdentity> = {},
  ) {
    this.identity = { name: 'main', generation: 0, configuredHash: settingsHash(settings), ...identity };
    const slots = 2 ** settings.bits;
    const rows = SlotRows.toLearn(slots, settings.fm.factors);
    this.changed = rows.changed!;
    this.learners = {
      ftrl: new FtrlProximal(rows, settings.ftrl),
      fm: new FactorisationMachine(rows, settings.fm, settings.seed),
      olr: new OnlineLogisticRegression(rows, settings.olr),
    };
    const { ftrl, fm, olr } = this.learners;
    this.scorer = new Scorer(
      settings,
      { ftrl: ftrl.weights, fm: fm.weights, olr: olr.weights },
      newTables(settings.statistics),
    );
    this.goals = new GoalModel(this.scorer.tables);
    this.exposures = new ExposureMemory(settings.statistics.exposuresMax);
    this.ahead = new ReadAhead(this.scorer.tables, this.exposures);
    this.validation = new ProgressiveValidation(settings.metricsWindow);
    this.ranking = new ProgressiveRanking(settings.metricsWindow);
    this.goalValidation = new GoalValidation(settings.metricsWindow);
  }

  get version(): string {
    return modelVersion(this.identity.name, this.identity.generation, this.settings);
  }

  /** Folds one FEEDBACK message. @throws AppError REK_LOG_DAMAGED before anything changed, when its checksum is wrong */
  fold(sequence: number, payload: Uint8Array): void {
    const before = this.sequence;
    this.sequence = sequence;
    try {
      this.decoder.decode(payload, this);
    } finally {
      this.fitFactors(before);
    }
  }

  exposure(record: Exposure): void {
    if (!isSoundExposure(record)) return void this.rejected++;
    this.scorer.revision++;
    this.advance(record.timestamp);
    const { statistics, positions, examination } = this.scorer.tables;
    const depth = record.depth ?? 0;
    const counted = this.settings.debias.ctr === 'examined';
    this.ahead.items(record);
    for (let i = 0; i < record.itemKeys.length; i++) {
      const itemKey = record.itemKeys[i]!;
      readItem(this.shown, statistics, itemKey, record.timestamp, 0);
      this.exposures.remember(itemKey, record.timestamp, this.shown);
      const position = record.positions[i]!;
      const examined = counted ? Math.min(1, examination.examination(position, depth)) : 1;
      statistics.recordImpression(itemKey, examined);
      positions.recordImpression(position);
    }
  }

  sequel(record: Sequel): void {
    if (!isSoundSequel(record)) return void this.rejected++;
    this.scorer.revision++;
    this.advance(record.timestamp);
    this.goals.learn(record, this.goalValidation);
  }

  engagement(record: Engagement): void {
    if (!isSoundEngagement(record)) return void this.rejected++;
    this.scorer.revision++;
    this.advance(record.timestamp);
    if (record.typeHash === RATING && record.value !== undefined) this.rating(record, record.value);
    this.scorer.nextItems.learn(record);
    const { tables } = this.scorer;
    tables.statistics.recordEngagement(record.itemKey, record.weight, record.timestamp, !record.repeated);
    recordForGroups(tables, record);
    takeStep(tables, record);
    this.relay.taking(this.sequence, record);
  }

  outcome(record: Outcome): void {
    if (!isSoundOutcome(record)) return void this.rejected++;
    this.scorer.revision++;
    if (record.label === 1) this.click(record);
    else this.noClick(record);
    this.advance(record.timestamp);
  }

  /** Calibrated click-through rates, as a host would predict them now. */
  score(features: FeatureVector, itemKey: number, now: number, out: Scores): void {
    this.scorer.score(features, itemKey, now, out);
  }

  report(): ProgressiveReport {
    return this.validation.report();
  }

  /** Steps cut to their limits, by learner. */
  clipped(): Record<LearnerName, number> {
    return { ftrl: this.learners.ftrl.clipped, fm: this.learners.fm.clipped, olr: this.learners.olr.clipped };
  }

  updatedSlots(): Uint32Array {
    return this.scorer.weights.fm.rows.updated();
  }

  hash(): ModelHash {
    return hashState(this);
  }

  /** @param deltaSequence MODEL sequence of the last delta published: where a replica of this snapshot reads on */
  encodeSnapshot(deltaSequence = 0): EncodedSnapshot {
    return encodeSnapshot(this, deltaSequence);
  }

  /** As of now, however the model learns on: `withChecksum` makes a snapshot of it. */
  captureSnapshot(deltaSequence: number): CapturedSnapshot {
    return captureSnapshot(this, deltaSequence);
  }

  /** @throws AppError REK_SNAPSHOT_INVALID */
  static restoring(header: SnapshotHeader, chunks: readonly Uint8Array[]): Steps<OnlineModel> {
    return restoring(header, chunks, (settings, identity) => new OnlineModel(settings, identity));
  }

  /** The same at once. */
  static decodeSnapshot(header: SnapshotHeader, chunks: readonly Uint8Array[]): OnlineModel {
    return atOnce(OnlineModel.restoring(header, chunks));
  }

  /** Declares that replicas know everything up to now: they start from a snapshot of this moment. */
  forgetChanges(): void {
    this.changed.clear();
    this.relay.clear();
    for (const { dirty } of rowTables(this.scorer.tables)) dirty.clear();
    this.drained = this.sequence;
  }

  /** One message of what changed since the last one; call until undefined to get everything. */
  drainDelta(): Uint8Array | undefined {
    return encodeDelta(this);
  }

  /** Once, behind the message that the settings name. @param before sequence of the message before this one */
  private fitFactors(before: number): void {
    const { als } = this.settings;
    if (!als || before >= als.at || this.sequence < als.at) return;
    const { histories, userFactors, itemFactors } = this.scorer.tables;
    fitFactors(histories, userFactors, itemFactors, als);
    this.relay.fit(this.sequence);
  }

  /** Moves event time, and learns the lists that have waited long enough. */
  private advance(timestamp: number): void {
    if (timestamp > this.eventTime) this.eventTime = timestamp;
    const olderThan = this.eventTime - this.settings.holdSeconds * 1000;
    for (let list = this.held.overdue(olderThan); list !== undefined; list = this.held.overdue(olderThan))
      this.learnHeld(list);
  }

  /** A value out of all proportion is refused and counted; the rest of its engagement holds all the same. */
  private rating(record: Engagement, value: number): void {
    if (!this.scorer.ratings.learn(record.userKey, record.itemKey, record, value)) this.rejected++;
  }

  /**
   * A click on what was learnt as not clicked: one step that takes that back and learns the click,
   *
   *     gradient = (w·positive₁ − positive₀)·(p − 1) + (w·negative₁ − negative₀)·ν·p,   masses of a click less those of none
   */
  private revise(record: Outcome, weight: number): void {
    const { scorer, masses, revised } = this;
    const { tables } = scorer;
    const { itemKey, timestamp, position, depth = 0 } = record;
    const { method, weightMax } = this.settings.debias;
    scorer.rates.open(record.listKey);
    this.readShown(record);
    this.prepare(record, this.exposures.recallRates(itemKey, timestamp));
    scorer.predict();
    scorer.read(this.scores);
    const examined = tables.examination.examination(position, depth);
    readPredictions(this.scores, this.scorer.reading, this.validation.predictions);
    placePredictions(this.settings.debias, examined, this.validation.predictions);
    const key = sampleKey(record.listKey, itemKey);
    this.ranking.revise(key);
    this.validation.revise(key);
    massesOf(masses, method, 1, examined, this.scores.blend, weightMax);
    massesOf(revised, method, 0, examined, this.scores.blend, weightMax);
    this.update(weight, revised);
    tables.examination.revise(itemKey, position, depth);
    scorer.rates.revise(record.features);
    tables.experiments.recordOutcome(record.userKey, timestamp, 1, 0);
  }

  /** Nobody has clicked, so far. */
  private noClick(record: Outcome): void {
    this.readShown(record);
    if (this.settings.holdSeconds > 0) this.held.hold(record, this.scorer.reading);
    else this.learn(record, 0, 1);
  }

  private click(record: Outcome): void {
    const { listKey, itemKey, revises } = record;
    const { tables } = this.scorer;
    const weight = Math.min(record.weight, SAMPLE_WEIGHT_MAX);
    if (!revises) {
      // Of earlier versions, which said nothing of an item before its click.
      this.readShown(record);
      this.learn(record, 1, weight);
    } else if (!this.held.click(listKey, itemKey, weight)) this.revise(record, weight);
    else this.learnHeld(listKey);
    tables.statistics.recordClick(itemKey);
    tables.positions.recordClick(record.position);
  }

  private learnHeld(listKey: number): void {
    const samples = this.held.release(listKey);
    this.ahead.samples(samples);
    for (const sample of samples) {
      copyReading(sample.reading, this.scorer.reading);
      this.learn(sample, sample.label, sample.label === 1 ? sample.weight : 1);
    }
    this.held.reuse(samples);
  }

  /** The item's statistics when it was shown. */
  private readShown({ itemKey, timestamp }: Outcome): void {
    const { reading, tables } = this.scorer;
    if (!this.exposures.recall(itemKey, timestamp, reading))
      readItem(reading, tables.statistics, itemKey, timestamp, 1);
  }

  /** Predict, validate, update: one sample whose reading the scorer holds. @param weight of a click */
  private learn(shown: Shown, label: 0 | 1, weight: number): void {
    const { scorer, masses } = this;
    const { method, weightMax } = this.settings.debias;
    const { rates } = scorer;
    const { examination, experiments } = scorer.tables;
    const { itemKey, position, depth = 0 } = shown;
    this.ranking.begin(shown.userKey, shown.listKey, itemKey);
    rates.open(shown.listKey);
    const slot = this.prepare(shown);
    scorer.predict();
    scorer.read(this.scores);
    const examined = examination.examination(position, depth);
    const relevance = slot < 0 ? this.scores.ftrl : scorer.ftrlWithout(slot);
    this.exposures.rememberRates(
      itemKey,
      shown.timestamp,
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
    this.samples++;
  }

  /** Makes the sample. @returns where the slot's feature stands in it, −1 when it is left out */
  private prepare({ features, position }: Shown, rates?: Float32Array): number {
    const last = features.length - 1;
    const placed = last >= 0 && features.indices[last] === positionIndex(position);
    const kept = placed && this.settings.debias.method === 'feature';
    if (placed && !kept) features.length = last;
    this.rated = features.length;
    this.scorer.prepare(features, rates);
    features.length = last + 1;
    return kept ? last : -1;
  }

  private validate(label: 0 | 1, examined: number, key: number): void {
    const { reading } = this.scorer;
    readPredictions(this.scores, reading, this.validation.predictions);
    this.ranking.record(label, key, this.validation.predictions, reading.popularity);
    placePredictions(this.settings.debias, examined, this.validation.predictions);
    this.validation.record(label, key);
  }

  /**
   * The sample last read, with the masses at hand, less what of it was `learnt` already. Learners make more of a purchase than of a click,
   * by its weight; calibration does not: a click-through rate counts a clicked impression once, whatever came of it.
   */
  private update(weight: number, learnt: Masses): void {
    const { sample, logits, totals, calibrated, blend, calibrators } = this.scorer;
    const { masses } = this;
    const { noClickWeight, fm } = this.settings;
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
        this.learners[LEARNERS[k]!].update(sample, gradient);
      }
    }
  }
}

/** What `learn` reads of an outcome, fresh or held. */
type Shown = Pick<
  Outcome,
  'timestamp' | 'userKey' | 'listKey' | 'itemKey' | 'position' | 'depth' | 'features'
>;
