/**
 * The visible items under one label, and its head: the best of them by live click-through rate.
 *
 * The head is refreshed now and then from itself and the next REFRESH_SLOTS of the list, so that a refresh costs
 * the same for a list of a million; over several refreshes the whole list has been looked at.
 */
import { SlotList } from './slot-list.js';
import type { LabelDimension } from './taste.js';

export const HEAD_MAX = 48;
const REFRESH_MS = 5_000;
const REFRESH_SLOTS = 256;

export class LabelList {
  readonly members = new SlotList();
  /** Best first; may name slots that have left since the refresh: ask `index.holds`. */
  private readonly headSlots = new Int32Array(HEAD_MAX);
  private headCount = 0;
  private refreshedAt = -Infinity;
  private cursor = 0;

  constructor(
    readonly id: number,
    /** `all` lists every visible item. */
    readonly dimension: LabelDimension | 'all',
    readonly label: string,
  ) {}

  get size(): number {
    return this.members.size;
  }

  get headSize(): number {
    return this.headCount;
  }

  head(rank: number): number {
    return this.headSlots[rank]!;
  }

  isStale(now: number): boolean {
    return Math.abs(now - this.refreshedAt) >= REFRESH_MS;
  }

  /** @param quality of a slot; negative: no longer in the list */
  refresh(now: number, quality: (slot: number) => number): void {
    const seen = new Map<number, number>();
    for (let i = 0; i < this.headCount; i++) seen.set(this.headSlots[i]!, quality(this.headSlots[i]!));
    const looked = Math.min(REFRESH_SLOTS, this.size);
    for (let i = 0; i < looked; i++) {
      const slot = this.members.at((this.cursor + i) % this.size);
      if (!seen.has(slot)) seen.set(slot, quality(slot));
    }
    this.cursor = this.size === 0 ? 0 : (this.cursor + looked) % this.size;
    this.keepBest(seen);
    this.refreshedAt = now;
  }

  private keepBest(seen: Map<number, number>): void {
    const best = [...seen].filter(([, quality]) => quality >= 0);
    best.sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    this.headCount = Math.min(best.length, HEAD_MAX);
    for (let i = 0; i < this.headCount; i++) this.headSlots[i] = best[i]![0];
  }
}
