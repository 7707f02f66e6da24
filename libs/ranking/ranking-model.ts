/** What ranking needs of a model. libs/learning's ModelReplica has this shape. */
import type { FeatureVector } from '#events';
import type { OwnFeatures, RatingLabels } from '#features';
import type { ChannelName, LiveStatistics, MixedOdds, NextItemsFound, NextItemsQuestion } from '#recall';

export interface Scores {
  ftrl: number;
  fm: number;
  olr: number;
  /** Calibrated click-through rate of all learners together. */
  blend: number;
}

export interface RankingModel extends LiveStatistics {
  readonly version: string;
  /** Outcomes learnt from; decides how much the prior still counts. */
  readonly samples: number;
  /** The cluster of a taste sketch; −1: not known. */
  clusterOf(taste: number): number;
  readonly statistics: { popularity(itemKey: number, now: number, windowSeconds: number): number };
  /** What the collaborative channels find. Holds until the next call. @param worked hears each time that one of them has looked */
  nextItems(question: NextItemsQuestion, worked?: (channel: ChannelName) => void): NextItemsFound;
  /** What they say of these items, and of no others. Holds until the next call. */
  nextItemsAmong(question: NextItemsQuestion, itemKeys: readonly number[]): MixedOdds;
  /** Begins a first look at a user's candidates. @param rated whether features have families */
  openCoarse(shared: FeatureVector, rated: boolean): void;
  /** Log-odds by that look. @param own the item's features, the same object while it stays as it is. @param matches of user and item */
  coarseLogOdds(row: number, itemKey: number, own: OwnFeatures, matches: FeatureVector): number;
  /** Begins a list of candidates whose vectors begin with the same features. */
  open(shared: FeatureVector, now: number): void;
  /** Scores of a candidate of the list; the first features of its vector, which `open` has read, are not looked at. */
  scoreNext(features: FeatureVector, itemKey: number, out: Scores): void;
  /** Standard deviation of the log-odds: what the model does not know of this candidate yet. */
  deviation(features: FeatureVector, itemKey: number, now: number): number;
  /** What comes of a click: likes, conversions, share of a full dwell (libs/learning's GOALS), into `out`. */
  goals(features: FeatureVector, itemKey: number, userKey: number, segment: number, out: Float64Array): void;
  /** Contribution to the blend's log-odds of each of the candidate's own features, then of each of the statistics' features. */
  explainNext(features: FeatureVector, itemKey: number): Float64Array;
  /** What the user would rate the item, in the ratings' own units; undefined while there are hardly any. */
  rating?(
    userKey: number,
    itemKey: number,
    labels: RatingLabels,
  ): { readonly mean: number; readonly median: number } | undefined;
}
