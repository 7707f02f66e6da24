/**
 * The serving side of a model: its weights on the grid of kernels/grid.ts, without the optimiser's state, and its statistics. Starts
 * from a snapshot and follows deltas; predicts with the learner's own code, bit for bit what the learner's `score` does.
 */
import { AppError, atOnce, type Steps } from '#kernel';
import type { FeatureVector } from '#events';
import type { OwnFeatures } from '#features';
import type { ChangeFeed } from './change-feed.js';
import { CoarseScorer } from './coarse-scorer.js';
import { windowOf } from './decayed-sums.js';
import { FactorWeights } from './factor-weights.js';
import { GoalModel } from './goal-model.js';
import type { ItemStatistics } from './item-statistics.js';
import { priorPrecision } from './ftrl-proximal.js';
import { FtrlWeights } from './ftrl-weights.js';
import { SlotRows } from './kernels/slot-rows.js';
import { ListScorer } from './list-scorer.js';
import { LinearWeights } from './linear-weights.js';
import { applyDelta, decodeDeltaHeader, type Follower } from './model-delta.js';
import { modelVersion, type ModelSettings } from './model-settings.js';
import type { SnapshotHeader } from './model-snapshot.js';
import { EngagementListener } from './next-item/engagement-relay.js';
import type { FinderObserver } from './next-item/finder-observer.js';
import type { NextItems } from './next-item/next-items.js';
import type { Situation } from './next-item/signals.js';
import type { OnlineModel } from './online-model.js';
import { restoringScorer } from './replica-snapshot.js';
import type { RatingLabelLists } from './ratings/label-set.js';
import type { RatingPrediction } from './ratings/rating-model.js';
import { Scorer, type Scores } from './scorer.js';
import { newTables } from './tables.js';
import type { RankedKeys } from './popularity-table.js';

/** With fewer ratings than this there is nothing to say about a scale. */
const RATINGS_MIN = 10;

export class ModelReplica {
  private readonly goalModel: GoalModel;
  private readonly list: ListScorer;
  private readonly follower: Follower;
  private readonly coarse: CoarseScorer;

  private constructor(
    readonly settings: ModelSettings,
    readonly scorer: Scorer,
    readonly version: string,
    /** FEEDBACK sequence up to which the model had folded. */
    public sequence: number,
    /** Outcomes the model had learnt. */
    public samples: number,
  ) {
    this.goalModel = new GoalModel(scorer.tables);
    this.list = new ListScorer(scorer);
    const listener = new EngagementListener(scorer.tables, settings.als, sequence);
    this.follower = { scorer, listener };
    this.coarse = new CoarseScorer(scorer);
  }

  /** A model that knows nothing: every item at the overall CTR. */
  static empty(settings: ModelSettings, name = 'main'): ModelReplica {
    return new ModelReplica(settings, newScorer(settings), modelVersion(name, 0, settings), 0, 0);
  }

  /** What a snapshot predicts, without what its optimisers remember. @throws AppError REK_SNAPSHOT_INVALID */
  static *restoring(header: SnapshotHeader, chunks: readonly Uint8Array[]): Steps<ModelReplica> {
    const { settings, version, sequence, samples } = header;
    const scorer = yield* restoringScorer(header, chunks, newScorer);
    return new ModelReplica(settings, scorer, version, sequence, samples);
  }

  /** The same at once. */
  static fromSnapshot(header: SnapshotHeader, chunks: readonly Uint8Array[]): ModelReplica {
    return atOnce(ModelReplica.restoring(header, chunks));
  }

  /**
   * A replica over a model's own tables: for one process that learns and ranks, such as an evaluation. It knows how much the model had learnt
   * when it was made: make one for each list.
   */
  static of(model: OnlineModel): ModelReplica {
    return new ModelReplica(model.settings, model.scorer, model.version, model.sequence, model.samples);
  }

  get statistics(): ItemStatistics {
    return this.scorer.tables.statistics;
  }

  /**
   * @throws AppError REK_LOG_DAMAGED when the delta is damaged, is another version's, or starts after this
   * replica's sequence (a gap: load a newer snapshot). The replica is unchanged then.
   */
  applyDelta(bytes: Uint8Array): void {
    const { version, from } = decodeDeltaHeader(bytes);
    if (version !== this.version)
      throw new AppError(
        'REK_LOG_DAMAGED',
        `a delta of ${version} does not fit a replica of ${this.version}`,
      );
    if (from > this.sequence)
      throw new AppError('REK_LOG_DAMAGED', `deltas are missing between ${this.sequence} and ${from}`);
    const { header, samples } = applyDelta(bytes, this.follower);
    this.scorer.revision++;
    if (!header.final) return;
    this.sequence = Math.max(this.sequence, header.to);
    this.samples = samples ?? this.samples;
  }

  /** What comes of a click: P(goal | click) of each of GOALS, at the weight it has in the segment. */
  goals(features: FeatureVector, itemKey: number, userKey: number, segment: number, out: Float64Array): void {
    this.goalModel.predict(features, itemKey, userKey, out);
    for (let goal = 0; goal < out.length; goal++) out[goal]! *= this.goalModel.trust(segment, goal);
  }

  /** Calibrated click-through rates. */
  score(features: FeatureVector, itemKey: number, now: number, out: Scores): void {
    this.scorer.score(features, itemKey, now, out);
  }

  /** Begins a list of candidates whose vectors begin with the same features. */
  open(shared: FeatureVector, now: number): void {
    this.list.open(shared, now);
  }

  /** `score` of a candidate of the list; the first features of its vector, which `open` has read, are not looked at. */
  scoreNext(features: FeatureVector, itemKey: number, out: Scores): void {
    this.list.score(features, itemKey, out);
  }

  /** Begins a first look at many candidates of a user (coarse-scorer.ts). */
  openCoarse(shared: FeatureVector, rated: boolean): void {
    this.coarse.open(shared, rated);
  }

  /** Log-odds of a click of a candidate, by its first look. @param row a small number that stands for it */
  coarseLogOdds(row: number, itemKey: number, own: OwnFeatures, matches: FeatureVector): number {
    return this.coarse.logOdds(row, itemKey, own, matches);
  }

  /** Standard deviation of the prediction in log-odds: what is not known yet. */
  deviation(features: FeatureVector, itemKey: number, now: number): number {
    return this.scorer.deviation(features, itemKey, now);
  }

  /** Contribution of each of the candidate's own features to the blend's logit, then of each of STATISTICS_FEATURE_NAMES. */
  explainNext(features: FeatureVector, itemKey: number): Float64Array {
    return this.list.explain(features, itemKey);
  }

  /** What the user would rate the item; undefined while there are hardly any ratings. */
  rating(userKey: number, itemKey: number, labels: RatingLabelLists): RatingPrediction | undefined {
    const { ratings } = this.scorer;
    if (ratings.ratings < RATINGS_MIN) return undefined;
    const prediction = { mean: 0, median: 0 };
    ratings.predict(userKey, itemKey, labels, prediction);
    return prediction;
  }

  ctr(itemKey: number): number {
    return this.statistics.ctr(itemKey);
  }

  provenCtr(itemKey: number): number {
    return this.statistics.provenCtr(itemKey);
  }

  /** Items whose proven click-through rate changed. */
  get changes(): ChangeFeed {
    return this.statistics.changes;
  }

  /** Items that somebody engaged with. */
  get engaged(): ChangeFeed {
    return this.statistics.engaged;
  }

  /** The number of the half-life that answers for this one. @param windowSeconds default: `bestWindowSeconds` */
  windowOf(windowSeconds?: number): number {
    return windowOf(windowSeconds ?? this.bestWindowSeconds);
  }

  popularityOrder(itemKey: number, window: number): number {
    return this.statistics.popularityOrder(itemKey, window);
  }

  popularityOf(itemKey: number, window: number, now: number): number {
    return this.statistics.popularityOf(this.statistics.rowOf(itemKey), window, now);
  }

  impressions(itemKey: number): number {
    return this.statistics.impressions(itemKey);
  }

  /** The half-life of popularity that finds most of what people engage with next, s. */
  get bestWindowSeconds(): number {
    return this.statistics.bestWindowSeconds;
  }

  /** @param windowSeconds default: `bestWindowSeconds` */
  trending(n: number, now: number, windowSeconds?: number): RankedKeys {
    return this.statistics.trending(n, now, windowSeconds);
  }

  /** What a group of users engages with now (libs/features, user-groups.ts), in the window that suits best. */
  groupTrending(group: number, n: number, now: number, windowSeconds?: number): RankedKeys {
    return this.scorer.tables.groups.trending(group, n, now, windowSeconds ?? this.bestWindowSeconds);
  }

  /** The cluster of a taste (libs/features, tasteSketch): a small number that keeps its meaning; −1: not known yet. */
  clusterOf(taste: number): number {
    return this.scorer.tables.clusters.nearest(taste);
  }

  /** What the collaborative channels find for a user now. Holds until the next call. */
  nextItems(situation: Situation, worked?: FinderObserver): NextItems {
    this.scorer.nextItems.begin(situation, worked);
    return this.scorer.nextItems;
  }

  /** What they say of these items, and of no others: its `logit`. Holds until the next call. */
  nextItemsAmong(situation: Situation, itemKeys: readonly number[]): NextItems {
    this.scorer.nextItems.beginAmong(situation, itemKeys);
    return this.scorer.nextItems;
  }

  /** Brings items whose factors moved into the graph that finds the nearest. @returns how many there were */
  tend(rowsMax: number): number {
    return this.scorer.tables.itemFactors.near.tend(rowsMax);
  }

  eachNeighbour(itemKey: number, visit: (neighbour: number, score: number) => void): void {
    this.scorer.tables.covisitation.each(itemKey, visit);
  }

  neighbours(itemKey: number): RankedKeys {
    return this.scorer.tables.covisitation.neighbours(itemKey);
  }
}

/** A scorer over weights that only predict, all of them 0. */
function newScorer(settings: ModelSettings): Scorer {
  const rows = SlotRows.toPredict(2 ** settings.bits, settings.fm.factors);
  const weights = {
    ftrl: new FtrlWeights(rows, priorPrecision(settings.ftrl)),
    fm: new FactorWeights(rows),
    olr: new LinearWeights(rows, rows.columns.olr),
  };
  return new Scorer(settings, weights, newTables(settings.statistics));
}
