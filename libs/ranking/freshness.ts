/** What an item gains by being new, in log-odds: freshness · 2^(−age / half-life). */
import type { Item } from '#catalogue';
import { halved } from '#kernel';
import type { RankingSettings } from './request.js';

export function freshnessOf(item: Item, settings: RankingSettings, now: number): number {
  if (settings.freshness === 0) return 0;
  const ageSeconds = Math.max(0, now - item.createdAt) / 1000;
  return settings.freshness * halved(ageSeconds / settings.freshnessHalfLifeSeconds);
}
