export { TEMPERATURE } from './slate.js';
export { listWatch, type ListWatch, type TimesHeard } from './list-watch.js';
export { anonymousRules, limitOf } from './scene.js';
export { contest, recommend, type Contest } from './recommend.js';
export {
  drawSlate,
  listPropensities,
  type Arrangement,
  type Component,
  type Policy,
  type Slate,
} from './policy.js';
export * from './policies.js';
export * from './list-diversity.js';
export * from './slot-chances.js';
export * from './plain-score.js';
export { EXPLAINED_MAX, rankCandidates } from './rank-candidates.js';
export type { RankableUser } from './exclusions.js';
export type { RankingModel } from './ranking-model.js';
export * from './ranking-settings.js';
export type * from './request.js';
