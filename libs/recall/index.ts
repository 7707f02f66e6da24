export { CandidateSet, CHANNELS, type ChannelName } from './candidates.js';
export type { RecallRequest } from './channel.js';
export { CovisitationScores } from './covisitation-scores.js';
export type { LabelList } from './label-list.js';
export {
  EVIDENCE_IMPRESSIONS,
  type ItemChanges,
  type LiveStatistics,
  type RankedKeys,
} from './live-statistics.js';
export {
  nextItemsQuestion,
  type MixedOdds,
  type NextItemsFound,
  type NextItemsQuestion,
} from './next-items.js';
export { CHANNELS_OFF, recall, SHARED_CHANNELS } from './recall.js';
export { RecallIndex } from './recall-index.js';
export { SlotMarks } from './slot-marks.js';
export { similarItems, type RelatedItem } from './similar-items.js';
export {
  tasteOf,
  type Interest,
  type LabelDimension,
  type RecentItem,
  type Taste,
  type TastingUser,
  type UserGroup,
} from './taste.js';
export { trendingItems, type TrendingQuery } from './trending-items.js';
