/**
 * What is trending, by category: the model's leaders dealt out to the lists of their labels, at most once a second.
 * A category none of whose items is among the leaders has nothing trending.
 */
import type { LabelList } from './label-list.js';
import type { LiveStatistics } from './live-statistics.js';

/** What is read of the index. */
interface LabelledSlots {
  slotOf(itemKey: number): number;
  labelsOf(slot: number): Int32Array;
  list(id: number): LabelList;
}

const REFRESH_MS = 1_000;
/** Leaders dealt out: what the model keeps. */
const DEALT_MAX = 1_024;
/** Kept of each list. */
const EACH_MAX = 100;

export interface TrendingSlots {
  /** Best first; may name slots that have left since: ask `index.holds`. */
  readonly slots: readonly number[];
  /** Decayed popularity. */
  readonly scores: readonly number[];
}

const NONE: TrendingSlots = { slots: [], scores: [] };

export class TrendingLists {
  private readonly byList = new Map<number, { slots: number[]; scores: number[] }>();
  private dealtAt = -Infinity;
  private dealtFrom: LiveStatistics | undefined;

  of(list: LabelList, index: LabelledSlots, statistics: LiveStatistics, now: number): TrendingSlots {
    if (statistics !== this.dealtFrom || Math.abs(now - this.dealtAt) >= REFRESH_MS)
      this.deal(index, statistics, now);
    return this.byList.get(list.id) ?? NONE;
  }

  private deal(index: LabelledSlots, statistics: LiveStatistics, now: number): void {
    this.byList.clear();
    this.dealtAt = now;
    this.dealtFrom = statistics;
    const { keys, scores } = statistics.trending(DEALT_MAX, now);
    for (let i = 0; i < keys.length; i++) {
      const slot = index.slotOf(keys[i]!);
      if (slot < 0) continue;
      for (const id of index.labelsOf(slot)) {
        if (index.list(id).dimension !== 'category') break; // an item's categories stand first
        this.put(id, slot, scores[i]!);
      }
    }
  }

  private put(id: number, slot: number, score: number): void {
    let dealt = this.byList.get(id);
    if (!dealt) this.byList.set(id, (dealt = { slots: [], scores: [] }));
    if (dealt.slots.length === EACH_MAX) return;
    dealt.slots.push(slot);
    dealt.scores.push(score);
  }
}
