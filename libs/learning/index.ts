export { GOALS, DWELL_FULL_SECONDS, type Goal } from './goals.js';
export { GoalModel } from './goal-model.js';
export type { GoalReport } from './goal-validation.js';
export { positionBias, type SlotBias } from './position-bias.js';
export * from './model-settings.js';
export * from './online-model.js';
export * from './model-replica.js';
export * from './model-delta.js';
export * from './model-snapshot.js';
export { hashing, STATE_PARTS, type ModelHash, type ModelIdentity, type StatePart } from './model-state.js';
export * from './scorer.js';
export type { ModelTable } from './model-table.js';
export { TABLES, type TableName, type Tables } from './tables.js';
export { RatingModel, type RatingPrediction } from './ratings/rating-model.js';
export { newRatingTables, type RatingTables } from './ratings/rating-tables.js';
export * from './ratings/synthetic-ratings.js';
export type { RatingLabelLists } from './ratings/label-set.js';
export * from './progressive-validation.js';
export { LIST_METRICS } from './list-metrics.js';
export { RANKERS, type RankingMetrics, type RankingReport } from './progressive-ranking.js';
export type { ShownReport } from './shown-lately.js';
export * from './item-statistics.js';
export * from './position-statistics.js';
export * from './examination-curve.js';
export * from './debias.js';
export { placePredictions } from './predictions.js';
export * from './co-visitation.js';
export { GROUPS_MAX, GroupTrends, ITEMS_EACH } from './group-trends.js';
export { CLUSTERS_MAX, NO_CLUSTER, UserClusters } from './user-clusters.js';
export { POPULARITY_SECONDS, windowOf } from './decayed-sums.js';
export type { RankedKeys } from './popularity-table.js';
export { STATISTICS_FEATURE_NAMES } from './statistics-features.js';
export { SlotRows } from './kernels/slot-rows.js';
export * from './ftrl-proximal.js';
export * from './factorisation-machine.js';
export * from './online-logistic-regression.js';
export { sigmoid, logit, logLoss } from './logistic.js';
export { fillFrom, fillSample, newSample, type Sample } from './sample.js';
export * from './synthetic-feedback.js';
export * from './synthetic-news.js';
export type { OnlineLearner, Predictor } from './online-learner.js';
export * from './experiments.js';
export {
  ARM_CLICKS_MIN,
  type ArmComparison,
  type ArmReport,
  type ExperimentReport,
  type GoalResult,
} from './experiment-report.js';
export * from './sequential-interval.js';
export { NextItems } from './next-item/next-items.js';
export {
  POPULARITY_SIGNALS,
  SIGNAL,
  SIGNALS,
  SITUATIONS,
  VOICES,
  type Voice,
  type Situation,
} from './next-item/signals.js';
export { ALS_DEFAULTS, type AlsSettings } from './next-item/alternating-least-squares.js';
