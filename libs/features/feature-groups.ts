/**
 * Parts of the features that can be left out, everywhere at once: to see what each of them adds (`rekappa evaluate --ablate`,
 * docs/evaluation.md), or because one of them must not be used. The bias always stays.
 */
export const FEATURE_GROUPS = [
  /** Who the user is, and the segment. */
  'user',
  'click-rate',
  'activity',
  'last-lists',
  'context',
  'profile',
  'recent-items',
  'tastes',
  /** The item, its labels and attributes. */
  'item',
  /** What of the user's interests the item matches. */
  'match',
  'age',
  'crosses',
  'history',
  'embedding',
  /** The model's click rates of single features and pairs: without them features have no family (families.ts). */
  'rates',
] as const;
export type FeatureGroup = (typeof FEATURE_GROUPS)[number];

/** Parts that are off unless asked for: no log of ours is predicted better with them (docs/evaluation.md), another one may be. */
export const EXTRA_FEATURES = [
  /** The item for the user's segment, with its click rate there. */
  'segment-items',
  /** What the user did within an hour and a day, by type of interaction. */
  'typed-activity',
] as const;
export type ExtraFeature = (typeof EXTRA_FEATURES)[number];

/** Those that are used, one bit each. */
export type UsedGroups = number;

/** All but the extra ones. */
export const ALL_GROUPS: UsedGroups = 2 ** FEATURE_GROUPS.length - 1;

export const GROUP = Object.fromEntries(
  [...FEATURE_GROUPS, ...EXTRA_FEATURES].map((name, i) => [name, 2 ** i]),
) as Record<FeatureGroup | ExtraFeature, number>;

export function usedGroups(
  leftOut: readonly FeatureGroup[],
  extra: readonly ExtraFeature[] = [],
): UsedGroups {
  const usual = leftOut.reduce((used, name) => used & ~GROUP[name], ALL_GROUPS);
  return extra.reduce((used, name) => used | GROUP[name], usual);
}
