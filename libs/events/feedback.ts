/**
 * FEEDBACK: what an actor host derives from the log for the learner. Four kinds of record:
 *
 * - `exposure`: a list was shown (counts impressions at once, long before its outcomes are known);
 * - `outcome`: one shown item was clicked, or its attribution window closed without a click. Carries the
 *   features *as they were at the impression*, so that the learner needs no string and no look-up;
 * - `sequel`: what came of one clicked item until its impression ended: liked, converted, how long the user stayed. With
 *   the features as they were at the impression, too;
 * - `engagement`: an interaction of any type (popularity, trending, co-visitation).
 *
 * A message of `feedback.<p>` is a batch of records of one partition, binary, little-endian:
 *
 *     magic "RKF1" u32 | partition u16 | part u16 | epoch f64 | count u32 |
 *     lastSequence f64 | lastIndex u32 | crc32 of what follows u32 | records...
 *
 * `last*` is the log position up to which the batch's writer had folded when it emitted it: what a
 * recovering host must not emit again. An empty batch (count 0) is a fence: it only moves the epoch.
 *
 * A frame that causes more records than one message holds is emitted in parts of FEEDBACK_PART_RECORDS each: `part`
 * counts those already out of the first frame after `last*` that causes any (0: none). The fold is deterministic,
 * so a recovering host leaves out exactly the first part × FEEDBACK_PART_RECORDS records of that frame.
 */
import type { LogPosition } from '#kernel';

/** Features of one outcome: parallel arrays, `length` entries valid. Indices are full 32-bit hashes. */
export interface FeatureVector {
  indices: Uint32Array;
  values: Float32Array;
  length: number;
}

export const FEATURES_MAX = 128;
export const RECENT_KEYS_MAX = 16;
/** Labels of the item that an engagement carries, and of the user that a rating does. */
export const RATING_LABELS_MAX = 8;
export const AUDIENCES_MAX = 4;
/** Records of one part. Part of the format: it never changes. */
export const FEEDBACK_PART_RECORDS = 256;

export interface Exposure {
  readonly kind: 'exposure';
  readonly cause: LogPosition;
  readonly timestamp: number;
  readonly segment: number;
  /** The user's taste as it was, see taste-sketch.ts; 0: unknown. */
  readonly taste?: number;
  /** Slots of the list that was shown; 0 or absent when unknown. */
  readonly depth?: number;
  /** key53 of each item and its 1-based position. */
  readonly itemKeys: readonly number[];
  readonly positions: readonly number[];
}

export interface Outcome {
  readonly kind: 'outcome';
  readonly cause: LogPosition;
  /** Event time of the impression, ms. */
  readonly timestamp: number;
  readonly userKey: number;
  readonly itemKey: number;
  /** Identifies the list, for ranking metrics: key53 of the impression's event id. */
  readonly listKey: number;
  readonly segment: number;
  /** The user's taste at the impression. */
  readonly taste?: number;
  readonly label: 0 | 1;
  /** Of a click: an outcome before this one said that the item was not clicked, which is to be taken back. */
  readonly revises?: boolean;
  /** Type weight of the closing interaction for a positive (click = 1), 1 for a negative. */
  readonly weight: number;
  readonly position: number;
  /** Slots of the list that was shown; 0 or absent when unknown. */
  readonly depth?: number;
  /** Logged probability of the slot, or 0 when unknown. */
  readonly propensity: number;
  readonly features: FeatureVector;
}

export interface Engagement {
  readonly kind: 'engagement';
  readonly cause: LogPosition;
  readonly timestamp: number;
  readonly userKey: number;
  readonly itemKey: number;
  readonly segment: number;
  /** The user's taste before this interaction. */
  readonly taste?: number;
  /** Groups of what is known of the user from outside (libs/features, user-groups.ts), at most AUDIENCES_MAX. */
  readonly audiences?: readonly number[];
  /** The user had lately acted on this very item already: it says nothing new about what is popular. */
  readonly repeated?: boolean;
  /** fnv1a32 of the type name. */
  readonly typeHash: number;
  readonly weight: number;
  /** The user's other recent positive items, newest first, with their ages in seconds of event time. */
  readonly recentKeys: readonly number[];
  readonly recentAgesSeconds: readonly number[];
  /** The interaction's value as it was given: a rating, seconds of dwell... Undefined when it had none. */
  readonly value?: number | undefined;
  /** Feature indices of the item's labels, at most RATING_LABELS_MAX. */
  readonly itemLabels?: readonly number[] | undefined;
  /** Of a rating: the same of what is known of the user. */
  readonly userLabels?: readonly number[] | undefined;
}

export interface Sequel {
  readonly kind: 'sequel';
  readonly cause: LogPosition;
  /** Event time of the impression, ms. */
  readonly timestamp: number;
  readonly userKey: number;
  readonly itemKey: number;
  readonly listKey: number;
  readonly segment: number;
  /** An interaction of `interest.likeTypes`, of `interest.conversionTypes`, within the attribution window. */
  readonly liked: boolean;
  readonly converted: boolean;
  /** Sum of the `dwell` interactions' values, s; −1 when there was none. */
  readonly dwellSeconds: number;
  readonly position: number;
  readonly features: FeatureVector;
}

export type FeedbackRecord = Exposure | Outcome | Sequel | Engagement;

export interface FeedbackBatch {
  readonly partition: number;
  readonly epoch: number;
  readonly through: LogPosition;
  /** Parts already emitted of the next frame; default 0. */
  readonly part?: number;
  readonly records: readonly FeedbackRecord[];
}

export const newFeatureVector = (capacity = FEATURES_MAX): FeatureVector => ({
  indices: new Uint32Array(capacity),
  values: new Float32Array(capacity),
  length: 0,
});
