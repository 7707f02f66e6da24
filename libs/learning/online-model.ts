/**
 * The model as a fold over FEEDBACK: predict (progressive validation), then update, one record after another
 * in stream order. Equal settings and equal records give equal bytes (invariant I1): no clock, no random
 * numbers, a fixed order of floating-point operations.
 *
 * A record that is not finite is counted in `rejected` and changes nothing else.
 */
import {
  FEATURES_MAX,
  FeedbackDecoder,
  type Engagement,
  type Exposure,
  type FeedbackSink,
  type FeatureVector,
  type Outcome,
} from '#events';
import { DirtyRows } from './dirty-rows.js';
import { ExposureMemory } from './exposure-memory.js';
import { FactorisationMachine } from './factorisation-machine.js';
import { FtrlProximal } from './ftrl-proximal.js';
import { HeldPositives, type HeldPositive } from './held-positives.js';
import { newReading, readItem } from './item-reading.js';
import { sigmoid } from './logistic.js';
import { encodeDelta } from './model-delta.js';
import { hashState, type ModelHash, type ModelIdentity, type ModelState } from './model-state.js';
import { modelVersion, settingsHash, type ModelSettings } from './model-settings.js';
import {
  decodeSnapshot,
  encodeSnapshot,
  type EncodedSnapshot,
  type SnapshotHeader,
} from './model-snapshot.js';
import type { OnlineLearner } from './online-learner.js';
import { OnlineLogisticRegression } from './online-logistic-regression.js';
import { ProgressiveValidation, type ProgressiveReport } from './progressive-validation.js';
import { LEARNERS, newScores, Scorer, type LearnerName, type Scores } from './scorer.js';
import { newTables, tableList } from './tables.js';

/** The weight of one positive is cut to this. */
export const SAMPLE_WEIGHT_MAX = 10;
const BLEND = LEARNERS.length;
/** No list has this key: key53 is never 0. */
const NO_LIST = 0;

export class OnlineModel implements FeedbackSink, ModelState {
  readonly scorer: Scorer;
  readonly learners: Readonly<Record<LearnerName, OnlineLearner>>;
  readonly exposures: ExposureMemory;
  readonly held = new HeldPositives();
  readonly validation: ProgressiveValidation;
  identity: ModelIdentity;
  sequence = 0;
  samples = 0;
  rejected = 0;
  eventTime = 0;
  readonly touched: Uint8Array;
  readonly dirtySlots: DirtyRows;
  drained = 0;
  private readonly decoder = new FeedbackDecoder();
  private readonly scores = newScores();
  private readonly shown = newReading();

  constructor(
    readonly settings: ModelSettings,
    identity: Partial<ModelIdentity> = {},
  ) {
    this.identity = { name: 'main', generation: 0, configuredHash: settingsHash(settings), ...identity };
    const slots = 2 ** settings.bits;
    this.touched = new Uint8Array(slots);
    this.dirtySlots = new DirtyRows(slots);
    this.learners = {
      ftrl: new FtrlProximal(slots, settings.ftrl),
      fm: new FactorisationMachine(slots, settings.fm, settings.seed),
      olr: new OnlineLogisticRegression(slots, settings.olr),
    };
    const { ftrl, fm, olr } = this.learners;
    this.scorer = new Scorer(
      settings,
      { ftrl: ftrl.weights, fm: fm.weights, olr: olr.weights },
      newTables(settings.statistics),
    );
    this.exposures = new ExposureMemory(settings.statistics.exposuresMax);
    this.validation = new ProgressiveValidation(settings.metricsWindow);
  }

  get version(): string {
    return modelVersion(this.identity.name, this.identity.generation, this.settings);
  }

  /** Folds one FEEDBACK message. @throws AppError REK_LOG_DAMAGED before anything changed, when its checksum is wrong */
  fold(sequence: number, payload: Uint8Array): void {
    this.sequence = sequence;
    this.decoder.decode(payload, this);
  }

  exposure(record: Exposure): void {
    if (!Number.isFinite(record.timestamp)) return void this.rejected++;
    this.advance(record.timestamp);
    const { statistics, positions } = this.scorer.tables;
    for (let i = 0; i < record.itemKeys.length; i++) {
      const itemKey = record.itemKeys[i]!;
      readItem(this.shown, statistics, itemKey, record.timestamp, 0);
      this.exposures.remember(itemKey, record.timestamp, this.shown);
      statistics.recordImpression(itemKey);
      positions.recordImpression(record.positions[i]!);
    }
  }

  engagement(record: Engagement): void {
    if (!Number.isFinite(record.weight) || !Number.isFinite(record.timestamp)) return void this.rejected++;
    this.advance(record.timestamp);
    const { statistics, covisitation } = this.scorer.tables;
    statistics.recordEngagement(record.itemKey, record.weight, record.timestamp);
    covisitation.recordEngagement(
      record.itemKey,
      record.weight,
      record.timestamp,
      record.recentKeys,
      record.recentAgesSeconds,
    );
  }

  outcome(record: Outcome): void {
    if (!isSound(record)) return void this.rejected++;
    const { tables, reading } = this.scorer;
    for (const positive of this.held.release(record.label === 0 ? record.listKey : NO_LIST))
      this.learnHeld(positive);
    this.readShown(record);
    if (record.label === 0) this.learn(record.features, 0, this.settings.noClickWeight);
    else if (this.settings.holdSeconds > 0) this.held.hold(record, reading);
    else this.learn(record.features, 1, Math.min(record.weight, SAMPLE_WEIGHT_MAX));
    if (record.label === 1) {
      tables.statistics.recordClick(record.itemKey);
      tables.positions.recordClick(record.position);
    }
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

  hash(): ModelHash {
    return hashState(this);
  }

  /** @param deltaSequence MODEL sequence of the last delta published: where a replica of this snapshot reads on */
  encodeSnapshot(deltaSequence = 0): EncodedSnapshot {
    return encodeSnapshot(this, deltaSequence);
  }

  /** @throws AppError REK_SNAPSHOT_INVALID */
  static decodeSnapshot(header: SnapshotHeader, chunks: readonly Uint8Array[]): OnlineModel {
    return decodeSnapshot(header, chunks, (settings, identity) => new OnlineModel(settings, identity));
  }

  /** Declares that replicas know everything up to now: they start from a snapshot of this moment. */
  forgetChanges(): void {
    this.dirtySlots.clear();
    for (const { dirty } of tableList(this.scorer.tables)) dirty.clear();
    this.drained = this.sequence;
  }

  /** One message of what changed since the last one; call until undefined to get everything. */
  drainDelta(): Uint8Array | undefined {
    return encodeDelta(this);
  }

  /** Moves event time, and learns the positives whose list's negatives can come no more. */
  private advance(timestamp: number): void {
    if (timestamp > this.eventTime) this.eventTime = timestamp;
    const olderThan = this.eventTime - this.settings.holdSeconds * 1000;
    for (let list = this.held.overdue(olderThan); list !== undefined; list = this.held.overdue(olderThan)) {
      for (const positive of this.held.release(list)) this.learnHeld(positive);
    }
  }

  private learnHeld({ reading, indices, values, weight }: HeldPositive): void {
    Object.assign(this.scorer.reading, reading);
    this.learn({ indices, values, length: indices.length }, 1, Math.min(weight, SAMPLE_WEIGHT_MAX));
  }

  /** The item's statistics when it was shown. */
  private readShown({ itemKey, timestamp }: Outcome): void {
    const { reading, tables } = this.scorer;
    if (!this.exposures.recall(itemKey, timestamp, reading))
      readItem(reading, tables.statistics, itemKey, timestamp, 1);
  }

  /** Predict, validate, update: one sample whose reading the scorer holds. */
  private learn(features: FeatureVector, label: 0 | 1, weight: number): void {
    this.scorer.prepare(features);
    this.scorer.predict();
    this.validate(label);
    this.update(label, weight);
    this.samples++;
  }

  private validate(label: 0 | 1): void {
    const { ctrLogit, overallLogit } = this.scorer.reading;
    const { predictions } = this.validation;
    this.scorer.read(this.scores);
    predictions[0] = this.scores.ftrl;
    predictions[1] = this.scores.fm;
    predictions[2] = this.scores.olr;
    predictions[3] = this.scores.blend;
    predictions[4] = sigmoid(ctrLogit);
    predictions[5] = sigmoid(overallLogit);
    this.validation.record(label);
  }

  private update(label: 0 | 1, weight: number): void {
    const { sample, logits, totals, blend, calibrators } = this.scorer;
    blend.update(logits, weight * (sigmoid(totals[BLEND]!) - label));
    for (let k = 0; k <= BLEND; k++) calibrators[k]!.update(totals[k]!, label);
    for (let k = 0; k < BLEND; k++)
      this.learners[LEARNERS[k]!].update(sample, weight * (sigmoid(totals[k]!) - label));
    for (let i = 0; i < sample.length; i++) {
      this.touched[sample.slots[i]!] = 1;
      this.dirtySlots.mark(sample.slots[i]!);
    }
  }
}

/** Finite throughout: nothing of a record that is not may reach a weight. */
function isSound({ timestamp, weight, label, features }: Outcome): boolean {
  if (
    !Number.isFinite(timestamp) ||
    !Number.isFinite(weight) ||
    weight <= 0 ||
    (label !== 0 && label !== 1) ||
    features.length > FEATURES_MAX
  )
    return false;
  for (let i = 0; i < features.length; i++) if (!Number.isFinite(features.values[i]!)) return false;
  return true;
}
