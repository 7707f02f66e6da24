export { TEMPERATURE } from './slate.js';
export { anonymousRules } from './scene.js';
export { recommend } from './recommend.js';
export { EXPLAINED_MAX, rankCandidates } from './rank-candidates.js';
export type { RankableUser } from './exclusions.js';
export type { RankingModel } from './ranking-model.js';
export type * from './request.js';
