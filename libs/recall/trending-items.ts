/** The most popular visible items now, of one category if asked; topped up with the best by proven click-through rate. */
import type { Item } from '#catalogue';
import type { LiveStatistics } from './live-statistics.js';
import type { RecallIndex } from './recall-index.js';
import type { RelatedItem } from './similar-items.js';

export interface TrendingQuery {
  readonly n: number;
  readonly category?: string;
  /** Among these people only (libs/features, user-groups.ts). */
  readonly group?: number;
  /** Half-life of popularity; the replica takes the next it keeps. Default: the one that suits best. */
  readonly windowSeconds?: number;
  readonly now: number;
  /** Whether an item may be in the list. Default: any may. */
  readonly admits?: (item: Item) => boolean;
}

/** The leaders of all categories that a query for one category looks through. */
const LOOKED_AT_MAX = 1_024;

/** At least min(n, head) items while any are visible. */
export function trendingItems(
  index: RecallIndex,
  statistics: LiveStatistics,
  query: TrendingQuery,
): RelatedItem[] {
  const { n, category, now, admits = () => true } = query;
  const list = category === undefined ? index.everything : index.listOf('category', category);
  if (!list) return [];
  const { keys, scores } =
    query.group === undefined
      ? statistics.trending(LOOKED_AT_MAX, now, query.windowSeconds)
      : statistics.groupTrending(query.group, LOOKED_AT_MAX, now, query.windowSeconds);
  const trending: RelatedItem[] = [];
  const taken = new Set<number>();
  for (let i = 0; i < keys.length && trending.length < n; i++) {
    const slot = index.slotOf(keys[i]!);
    if (slot < 0 || !index.holds(list, slot) || !admits(index.item(slot)!)) continue;
    taken.add(slot);
    trending.push({ item: index.item(slot)!, score: scores[i]! / scores[0]!, channel: 'trending' });
  }
  if (trending.length === n) return trending;
  const add = (slot: number): void => {
    if (trending.length === n || taken.has(slot)) return;
    const item = index.item(slot)!;
    if (!admits(item)) return;
    taken.add(slot);
    trending.push({ item, score: statistics.ctr(item.key), channel: 'catalogue' });
  };
  const head = index.headOf(list, statistics);
  for (let rank = 0; rank < head.size; rank++) add(head.at(rank));
  for (let i = 0; i < list.size && trending.length < n; i++) add(list.members.at(i));
  return trending;
}
