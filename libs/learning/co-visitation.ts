/**
 * Which items the same people engage with: for each item its strongest neighbours, by shrunk cosine
 *
 *     score(a, b) = c_ab / √((m_a + λ)(m_b + λ))
 *
 * c_ab counts engagements with one while the other was recent, times the engagement's weight, halved for each
 * PAIR_HALF_LIFE_SECONDS between the two and decayed by event time; m is the sum of an item's counts.
 */
import { halved } from '#kernel';
import { NeighbourRows } from './next-item/neighbour-rows.js';
import type { RankedKeys } from './popularity-table.js';

export { NEIGHBOURS_MAX } from './next-item/neighbour-rows.js';
/** λ: evidence below it is shrunk towards 0. */
const SHRINKAGE = 5;
/** An engagement this much after the other counts half. */
const PAIR_HALF_LIFE_SECONDS = 86_400;

export interface CoVisitationSettings {
  readonly covisitationItemsMax: number;
  readonly covisitationHalfLifeSeconds: number;
}

export class CoVisitation extends NeighbourRows {
  constructor(settings: CoVisitationSettings) {
    super(settings.covisitationItemsMax, settings.covisitationHalfLifeSeconds);
  }

  recordEngagement(
    itemKey: number,
    weight: number,
    timestamp: number,
    recentKeys: readonly number[],
    recentAgesSeconds: readonly number[],
  ): void {
    if (!(weight > 0)) return;
    this.touch(recentKeys);
    for (let i = 0; i < recentKeys.length; i++) {
      const other = recentKeys[i]!;
      if (other === itemKey) continue;
      const count = weight * halved(Math.max(0, recentAgesSeconds[i]!) / PAIR_HALF_LIFE_SECONDS);
      this.add(itemKey, other, count, timestamp);
      this.add(other, itemKey, count, timestamp);
    }
  }

  /** Calls with each of the item's neighbours, in no particular order. */
  each(itemKey: number, visit: (neighbour: number, score: number) => void): void {
    const row = this.rowOf(itemKey);
    if (row < 0) return;
    const keys = this.keysOf(row);
    const counts = this.countsOf(row);
    const updated = this.updatedAt(row);
    const aged = this.agedTo(updated, row);
    for (let i = 0; i < keys.length; i++) {
      const other = this.rowOf(keys[i]!);
      const time = Math.max(updated, other < 0 ? 0 : this.updatedAt(other));
      const own = time === updated ? aged : this.agedTo(time, row);
      const count = counts[i]! * own;
      const theirs = other < 0 ? count : this.massOf(other) * this.agedTo(time, other);
      visit(keys[i]!, count / Math.sqrt((this.massOf(row) * own + SHRINKAGE) * (theirs + SHRINKAGE)));
    }
  }

  /** The item's neighbours, best first. */
  neighbours(itemKey: number): RankedKeys {
    const ranked: { key: number; score: number }[] = [];
    this.each(itemKey, (key, score) => ranked.push({ key, score }));
    ranked.sort((a, b) => b.score - a.score || a.key - b.key);
    return {
      keys: ranked.map((neighbour) => neighbour.key),
      scores: ranked.map((neighbour) => neighbour.score),
    };
  }
}
