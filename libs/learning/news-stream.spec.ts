/** News lives for minutes to hours: the window chosen online keeps up with it, where all-time popularity does not. */
import { POPULARITY_SECONDS } from './decayed-sums.js';
import { ItemStatistics } from './item-statistics.js';
import { syntheticNews, type Reading } from './synthetic-news.js';

const NOW = 1_700_000_000_000;
const TOP = 10;

/** Share of the readings whose story stood among the TOP before it was counted. */
function hitRates(readings: readonly Reading[]) {
  const statistics = new ItemStatistics({ priorImpressions: 20, itemsMax: 10_000 });
  const counts = new Map<number, number>();
  const hits = { chosen: 0, allTime: 0, byWindow: POPULARITY_SECONDS.map(() => 0) };
  for (const { at, item } of readings) {
    const has = (seconds?: number): boolean => statistics.trending(TOP, at, seconds).keys.includes(item);
    POPULARITY_SECONDS.forEach((seconds, w) => (hits.byWindow[w]! += has(seconds) ? 1 : 0));
    hits.chosen += has() ? 1 : 0;
    const best = [...counts].sort((a, b) => b[1] - a[1]).slice(0, TOP);
    hits.allTime += best.some(([known]) => known === item) ? 1 : 0;
    statistics.recordEngagement(item, 1, at);
    counts.set(item, (counts.get(item) ?? 0) + 1);
  }
  return hits;
}

describe('A day of news', () => {
  it.each([20, 60, 360])(
    'with stories of %d minutes: the chosen window is about as good as the best, and far above all-time',
    (halfLifeMinutes) => {
      const { chosen, allTime, byWindow } = hitRates(syntheticNews(halfLifeMinutes, 8, halfLifeMinutes, NOW));
      expect(chosen).toBeGreaterThan(0.95 * Math.max(...byWindow));
      expect(chosen).toBeGreaterThan(1.2 * allTime);
    },
  );
});
