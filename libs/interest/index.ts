export { createUser, excludedItemKeys, UserState } from './user-state.js';
export { decodeUser, encodeUser, userBytes, USER_STATE_VERSION } from './user-codec.js';
export { packUser, squeezeUser, unpackUser } from './packed-user.js';
export { CONVERTED, dwellOf, LIKED, withDeed } from './deeds.js';
export { EarlyClicks } from './early-clicks.js';
export { describeUser } from './describe-user.js';
export {
  PartitionFold,
  FOLD_STATE_VERSION,
  type FoldEffect,
  type FoldMark,
  type ResidentUsers,
} from './partition-fold.js';
export { foldSettingsOf, type FoldSettings } from './fold-rules.js';
export { changedSettings, recordedSettings, SettingsHistory, type RulesInForce } from './settings-history.js';
export type { FoldCounterName, FoldCounters } from './fold-counters.js';
export { streamNow } from './stream-time.js';
export { NEW_INTERACTIONS, SEGMENTS, segmentCode, type SegmentRule } from './segments.js';
export { WINDOWS_SECONDS } from './limits.js';
export { interactionWeight } from './interaction-weight.js';
export type { WindowCounts } from './action-window.js';
