/** What lists are ordered by: each measure has heads of its own (list-heads.ts). */
import type { ItemChanges, LiveStatistics } from './live-statistics.js';

export interface ListMeasure {
  /** Its place among a list's heads. */
  readonly number: number;
  /** Slots of a head. */
  readonly headMax: number;
  /** Tells each change of `of`. */
  changes(statistics: LiveStatistics): ItemChanges;
  /** More is better; −∞: the item has no place in the head. */
  of(statistics: LiveStatistics, itemKey: number): number;
}

export const HEAD_MAX = 48;
export const TRENDING_MAX = 100;

export const PROVEN_CTR: ListMeasure = {
  number: 0,
  headMax: HEAD_MAX,
  changes: ({ changes }) => changes,
  of: (statistics, itemKey) => statistics.provenCtr(itemKey),
};

/** @param window number of its half-life */
export function popularityIn(window: number): ListMeasure {
  return {
    number: 1 + window,
    headMax: TRENDING_MAX,
    changes: ({ engaged }) => engaged,
    of: (statistics, itemKey) => statistics.popularityOrder(itemKey, window),
  };
}
