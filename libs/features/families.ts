/**
 * Families of features of which the model keeps click rates: how often samples that carried the feature were clicked. The
 * six highest bits of a feature's index name its family (0: none); weights use the 26 lower ones at most. So the actor,
 * who knows what a feature is, tells the learner, who counts, without a field more in a record.
 */
export const FAMILY_SHIFT = 26;
const INDEX_MASK = 2 ** FAMILY_SHIFT - 1;

/** In the order of their numbers, from 1 on; the numbers are stored with the features, so the order never changes. */
export const FAMILIES = [
  'user',
  'category',
  'tag',
  'brand',
  'price',
  'context',
  'profile',
  'user x category',
  'user x brand',
  'user x context',
  'item x context',
  'category x context',
  'segment x item',
] as const;
export type FamilyName = (typeof FAMILIES)[number];

export const FAMILY = Object.fromEntries(FAMILIES.map((name, i) => [name, i + 1])) as Record<
  FamilyName,
  number
>;

/** The index of a feature without a family. */
export function plainIndex(hash: number): number {
  return hash & INDEX_MASK;
}

export function ratedIndex(family: number, hash: number): number {
  return ((family << FAMILY_SHIFT) | (hash & INDEX_MASK)) >>> 0;
}

/** 0 when it has none. */
export function familyOf(index: number): number {
  return index >>> FAMILY_SHIFT;
}
