/**
 * The features that only the learner's tables know, appended by this one function when learning and when
 * serving (invariant I8):
 *
 * - the item's smoothed CTR: its logit is the sample's offset (every learner starts from the item's CTR), and
 *   its distance from the overall one a numeric feature, so that learners can trust it more or less;
 * - buckets of CTR, of impressions (how far the CTR can be trusted) and of popularity.
 *
 * A sample's own impression was counted when it was shown; `own` = 1 leaves it out, so that learning sees what
 * serving saw.
 */
import { combine32, fnv1a32 } from '#kernel';
import type { ItemStatistics } from './item-statistics.js';
import { clip, logit } from './logistic.js';
import { appendToSample, type Sample } from './sample.js';

/** Names of the appended features, in order: for explanations. */
export const STATISTICS_FEATURE_NAMES = ['item CTR', 'item CTR bucket', 'item impressions', 'item popularity'] as const;

const [CTR, CTR_BUCKET, IMPRESSIONS_BUCKET, POPULARITY_BUCKET] = STATISTICS_FEATURE_NAMES.map((name) => fnv1a32(`statistics:${name}`)) as [number, number, number, number];
const LOGIT_DISTANCE_MAX = 4;
const POPULARITY_WINDOW_SECONDS = 86_400;

export function appendStatisticsFeatures(sample: Sample, statistics: ItemStatistics, itemKey: number, now: number, own: 0 | 1, mask: number): void {
  const ctrLogit = statistics.ctrLogit(itemKey, own);
  const distance = clip(ctrLogit - logit(statistics.overallCtr()), LOGIT_DISTANCE_MAX);
  const impressions = Math.max(0, statistics.impressions(itemKey) - own);
  const popularity = statistics.popularity(itemKey, now, POPULARITY_WINDOW_SECONDS);
  sample.offset = ctrLogit;
  appendToSample(sample, CTR, distance, mask);
  appendToSample(sample, combine32(CTR_BUCKET, Math.round(distance * 4) + 64), 1, mask);
  appendToSample(sample, combine32(IMPRESSIONS_BUCKET, log2Bucket(impressions)), 1, mask);
  appendToSample(sample, combine32(POPULARITY_BUCKET, log2Bucket(popularity)), 1, mask);
}

function log2Bucket(count: number): number {
  return Math.floor(Math.log2(1 + count));
}
