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

/** Those that are used, one bit each. */
export type UsedGroups = number;

export const ALL_GROUPS: UsedGroups = 2 ** FEATURE_GROUPS.length - 1;

export const GROUP = Object.fromEntries(FEATURE_GROUPS.map((name, i) => [name, 2 ** i])) as Record<
  FeatureGroup,
  number
>;

export function groupsWithout(leftOut: readonly FeatureGroup[]): UsedGroups {
  return leftOut.reduce((used, name) => used & ~GROUP[name], ALL_GROUPS);
}
