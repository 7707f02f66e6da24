/**
 * The features that only the learner's tables know, appended by this one function when learning and when
 * serving (invariant I8):
 *
 * - the item's smoothed CTR: its logit is the sample's offset (every learner starts from the item's CTR), and
 *   its distance from the overall one a numeric feature, so that learners can trust it more or less;
 * - buckets of CTR, of impressions (how far the CTR can be trusted) and of popularity.
 */
import { combine32, fnv1a32 } from '#kernel';
import type { ItemEvidence, ItemReading } from './item-reading.js';
import { clip } from './logistic.js';
import { appendToSample, type Sample } from './sample.js';

/** Names of the appended features, in order: for explanations. */
export const STATISTICS_FEATURE_NAMES = [
  'item CTR',
  'item CTR bucket',
  'item impressions',
  'item popularity',
] as const;

const [CTR, CTR_BUCKET, IMPRESSIONS_BUCKET, POPULARITY_BUCKET] = STATISTICS_FEATURE_NAMES.map((name) =>
  fnv1a32(`statistics:${name}`),
) as [number, number, number, number];
const LOGIT_DISTANCE_MAX = 4;
const CTR_BUCKETS_PER_LOGIT = 4;

export function appendStatisticsFeatures(sample: Sample, reading: ItemReading, mask: number): void {
  appendEvidenceFeatures(sample, reading, mask);
  appendToSample(sample, combine32(POPULARITY_BUCKET, log2Bucket(reading.popularity)), 1, mask);
}

/** Those that no passing of time changes. */
export function appendEvidenceFeatures(sample: Sample, reading: ItemEvidence, mask: number): void {
  const distance = clip(reading.ctrLogit - reading.overallLogit, LOGIT_DISTANCE_MAX);
  sample.offset = reading.ctrLogit;
  appendToSample(sample, CTR, distance, mask);
  appendToSample(
    sample,
    combine32(CTR_BUCKET, Math.round((distance + LOGIT_DISTANCE_MAX) * CTR_BUCKETS_PER_LOGIT)),
    1,
    mask,
  );
  appendToSample(sample, combine32(IMPRESSIONS_BUCKET, log2Bucket(reading.impressions)), 1, mask);
}

function log2Bucket(count: number): number {
  return Math.floor(Math.log2(1 + count));
}
