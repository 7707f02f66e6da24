/**
 * Which records of FEEDBACK may be learnt from. Hosts write sound ones; whoever else can publish there could write
 * anything that has a checksum. What is refused is counted (`rejected`) and changes nothing else.
 */
import {
  FEATURES_MAX,
  type Engagement,
  type Exposure,
  type FeatureVector,
  type Outcome,
  type Sequel,
} from '#events';

/** 2100-01-01: event time only moves forward, so one record from beyond would make everything after it late. */
const TIME_MAX = Date.UTC(2100, 0, 1);
/** No type's weight comes near; sums of what is below stay finite in 32-bit floats. */
const WEIGHT_MAX = 1e6;
const AGE_SECONDS_MAX = 1e10;

export function isSoundExposure({ timestamp, itemKeys, positions, taste = 0 }: Exposure): boolean {
  return isTime(timestamp) && isKey(taste) && itemKeys.every(isItemKey) && positions.every(Number.isFinite);
}

export function isSoundOutcome(record: Outcome): boolean {
  const { timestamp, userKey, itemKey, listKey, weight, label, propensity, features, taste = 0 } = record;
  if (
    !isTime(timestamp) ||
    !isItemKey(itemKey) ||
    !isKey(userKey) ||
    !isKey(listKey) ||
    !isKey(taste) ||
    !(weight > 0 && weight <= WEIGHT_MAX) ||
    (label !== 0 && label !== 1) ||
    !(propensity >= 0 && propensity <= 1)
  )
    return false;
  return isFinite(features);
}

export function isSoundSequel({ timestamp, itemKey, userKey, dwellSeconds, features }: Sequel): boolean {
  return (
    isTime(timestamp) &&
    isItemKey(itemKey) &&
    isKey(userKey) &&
    dwellSeconds >= -1 &&
    dwellSeconds <= AGE_SECONDS_MAX &&
    isFinite(features)
  );
}

export function isSoundEngagement(record: Engagement): boolean {
  const { timestamp, itemKey, userKey, weight, value = 0, taste = 0, recentKeys, recentAgesSeconds } = record;
  return (
    isTime(timestamp) &&
    isItemKey(itemKey) &&
    isKey(userKey) &&
    isKey(taste) &&
    Math.abs(weight) <= WEIGHT_MAX &&
    Number.isFinite(value) &&
    recentKeys.every(isItemKey) &&
    recentAgesSeconds.every((age) => age >= 0 && age <= AGE_SECONDS_MAX)
  );
}

function isFinite({ values, length }: FeatureVector): boolean {
  if (length > FEATURES_MAX) return false;
  for (let i = 0; i < length; i++) if (!Number.isFinite(values[i]!)) return false;
  return true;
}

function isTime(timestamp: number): boolean {
  return timestamp >= 0 && timestamp <= TIME_MAX;
}

/** 53 bits; anything else would take rows of the tables that nobody finds again. */
function isKey(key: number): boolean {
  return Number.isSafeInteger(key) && key >= 0;
}

/** 0 marks an empty row. */
function isItemKey(key: number): boolean {
  return isKey(key) && key > 0;
}
