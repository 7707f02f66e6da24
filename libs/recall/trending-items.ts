/** The most popular visible items now, of one category if asked; topped up with the best by proven click-through rate. */
import type { Item } from '#catalogue';
import type { LabelList } from './label-list.js';
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

/** Of a list's items without evidence, looked at to fill up: a rule may let none of them pass. */
const WALK_MAX = 4_096;
/** Leaders of all categories that a query for everybody's, or a group's, looks through. */
const LOOKED_AT_MAX = 1_024;

/** At least min(n, head) items while any are visible and admitted. */
export function trendingItems(
  index: RecallIndex,
  statistics: LiveStatistics,
  query: TrendingQuery,
): RelatedItem[] {
  const { n, category, admits = () => true } = query;
  const list = category === undefined ? index.everything : index.listOf('category', category);
  if (!list) return [];
  const trending: RelatedItem[] = [];
  const taken = new Set<number>();
  const add = (slot: number, channel: RelatedItem['channel'], score: () => number): void => {
    const item = index.item(slot)!;
    if (trending.length === n || taken.has(slot) || !admits(item)) return;
    taken.add(slot);
    trending.push({ item, score: score(), channel });
  };
  const { slots, scores } = popularSlots(index, statistics, query, list);
  for (let i = 0; i < slots.length; i++) add(slots[i]!, 'trending', () => scores[i]! / scores[0]!);
  const head = index.headOf(list, statistics);
  const addProven = (slot: number): void => add(slot, 'catalogue', () => statistics.ctr(index.keyOf(slot)));
  for (let rank = 0; rank < head.size; rank++) addProven(head.at(rank));
  const walked = Math.min(list.size, WALK_MAX);
  for (let i = 0; i < walked && trending.length < n; i++) addProven(list.members.at(i));
  return trending;
}

/** Those of the list, best first, with their decayed popularity. */
function popularSlots(
  index: RecallIndex,
  statistics: LiveStatistics,
  { group, windowSeconds, now }: TrendingQuery,
  list: LabelList,
): { slots: number[]; scores: number[] } {
  const slots: number[] = [];
  const scores: number[] = [];
  const add = (slot: number, score: number): void => {
    if (!(score > 0)) return;
    slots.push(slot);
    scores.push(score);
  };
  if (group === undefined && list.dimension !== 'all') {
    const window = statistics.windowOf(windowSeconds);
    const head = index.trendingOf(list, statistics, window);
    for (let rank = 0; rank < head.size; rank++)
      add(head.at(rank), statistics.popularityOf(index.keyOf(head.at(rank)), window, now));
  } else {
    const of =
      group === undefined
        ? statistics.trending(LOOKED_AT_MAX, now, windowSeconds)
        : statistics.groupTrending(group, LOOKED_AT_MAX, now, windowSeconds);
    for (let i = 0; i < of.keys.length; i++) {
      const slot = index.slotOf(of.keys[i]!);
      if (slot >= 0 && index.holds(list, slot)) add(slot, of.scores[i]!);
    }
  }
  return { slots, scores };
}
