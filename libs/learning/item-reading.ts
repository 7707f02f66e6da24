/** What the tables say of an item at one moment: the input of the statistics features. Reused, never allocated per sample. */
import { windowOf } from './decayed-sums.js';
import type { ItemStatistics } from './item-statistics.js';
import { logit } from './logistic.js';

const { fround, max } = Math;

const POPULARITY_WINDOW = windowOf(86_400);

/** Values are rounded to f32, so that one that was stored equals one that was not. */
export interface ItemReading extends ItemEvidence {
  popularity: number;
}

/** The part that no passing of time changes. */
export interface ItemEvidence {
  ctrLogit: number;
  overallLogit: number;
  impressions: number;
}

export const newReading = (): ItemReading => ({
  ctrLogit: 0,
  overallLogit: 0,
  impressions: 0,
  popularity: 0,
});

/** @param own impressions of the sample itself that are counted already */
export function readItem(
  out: ItemReading,
  statistics: ItemStatistics,
  itemKey: number,
  now: number,
  own: 0 | 1,
): void {
  const row = statistics.rowOf(itemKey);
  readEvidence(out, statistics, row, own);
  out.popularity = fround(statistics.popularityOf(row, POPULARITY_WINDOW, now));
}

/** @param row of the item in the statistics */
export function readEvidence(out: ItemEvidence, statistics: ItemStatistics, row: number, own: 0 | 1): void {
  out.ctrLogit = fround(logit(statistics.ctrAt(row, own)));
  out.overallLogit = statistics.overallLogit();
  out.impressions = fround(max(0, statistics.impressionsAt(row) - own));
}
