export {
  itemHashes,
  type ItemHashes,
  type ItemLookup,
  type ItemSignals,
  type OwnFeatures,
  type HashedFields,
  CATEGORIES_USED_MAX,
  TAGS_USED_MAX,
  itemHash,
} from './item-signals.js';
export type { Scalar, UserSignals, InterestSignals, RecentSignals, ShownSignals } from './user-signals.js';
export { FeatureExtractor, extractFeatures, type RequestContext } from './feature-extractor.js';
export { audienceOf, audiencesOf, clusterGroup, segmentGroup, type Audience } from './user-groups.js';
export {
  ALL_GROUPS,
  EXTRA_FEATURES,
  FEATURE_GROUPS,
  GROUP,
  usedGroups,
  type ExtraFeature,
  type FeatureGroup,
  type UsedGroups,
} from './feature-groups.js';
export { tasteSketch } from './taste-sketch.js';
export { InterestIndex } from './interest-index.js';
export { labelBook } from './label-book.js';
export { itemBook } from './item-book.js';
export { appendPosition, positionIndex, POSITION_BUCKETS } from './position.js';
export { DIMENSIONS, labelHash, priceBandLabel, profileHash, type Dimension } from './dimensions.js';
export { itemLabels, ratingLabels, userLabels, type RatingLabels } from './rating-labels.js';
export { FAMILIES, familyOf, plainIndex, type FamilyName } from './families.js';
