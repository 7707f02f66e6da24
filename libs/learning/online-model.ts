/**
 * The model as a fold over FEEDBACK: predict (progressive validation), then update, one record after another
 * in stream order. Equal settings and equal records give equal bytes (invariant I1): no clock, no random
 * numbers, a fixed order of floating-point operations.
 *
 * A record that is not sound (sound-record.ts) is counted in `rejected` and changes nothing else.
 */
import {
  FeedbackDecoder,
  type Engagement,
  type Exposure,
  type FeedbackSink,
  type FeatureVector,
  type Outcome,
  type Sequel,
} from '#events';
import { atOnce, fnv1a32, type Steps } from '#kernel';
import { ExposureMemory } from './exposure-memory.js';
import { FactorisationMachine } from './factorisation-machine.js';
import { FtrlProximal } from './ftrl-proximal.js';
import { GoalModel } from './goal-model.js';
import { GoalValidation } from './goal-validation.js';
import { HeldLists } from './held-lists.js';
import { copyReading, newReading, readItem } from './item-reading.js';
import type { ChangedSlots } from './kernels/changed-slots.js';
import { SlotRows } from './kernels/slot-rows.js';
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
import { SAMPLE_WEIGHT_MAX, SampleLearner, type Shown } from './sample-learner.js';
import { Scorer, type LearnerName, type Scores } from './scorer.js';
import { newTables, rowTables } from './tables.js';

/** The type whose value is a rating. */
const RATING = fnv1a32('rating');

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
  private readonly shown = newReading();
  private readonly sampleLearner: SampleLearner;
  private readonly ahead: ReadAhead;

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
    this.sampleLearner = new SampleLearner(this);
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
    this.scorer.tables.experiments.recordSequel(record);
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
    } else if (this.held.click(listKey, itemKey, weight)) this.learnHeld(listKey);
    else {
      this.readShown(record);
      this.sampleLearner.revise(record, weight);
    }
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

  /** One sample whose reading the scorer holds. @param weight of a click */
  private learn(shown: Shown, label: 0 | 1, weight: number): void {
    this.sampleLearner.learn(shown, label, weight);
    this.samples++;
  }
}
