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
/** Between the grids of neighbouring lists. */
const GRID_SHIFT_MS = 977;
/** Of the head that is being refreshed. */
const qualities = new Float64Array(HEAD_MAX);

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

  /**
   * By a fixed grid of time, a different one for each list: two hosts, or a host and a replay, refresh at the same moments, whatever
   * they were asked before. An empty head is always stale: the list may have filled since.
   */
  isStale(now: number): boolean {
    return this.headCount === 0 || this.cellOf(now) !== this.cellOf(this.refreshedAt);
  }

  /** @param quality of a slot; negative: no longer in the list */
  refresh(now: number, quality: (slot: number) => number): void {
    const before = this.headSlots.slice(0, this.headCount);
    this.headCount = 0;
    for (let i = 0; i < before.length; i++) this.offer(before[i]!, quality(before[i]!));
    const looked = Math.min(REFRESH_SLOTS, this.size);
    for (let i = 0; i < looked; i++) {
      const slot = this.members.at((this.cursor + i) % this.size);
      this.offer(slot, quality(slot));
    }
    this.cursor = this.size === 0 ? 0 : (this.cursor + looked) % this.size;
    this.refreshedAt = now;
  }

  private cellOf(now: number): number {
    return Math.floor((now + this.id * GRID_SHIFT_MS) / REFRESH_MS);
  }

  /** Into the head, if it is good enough: the best first, then by slot. One that stands there already would come beside itself. */
  private offer(slot: number, quality: number): void {
    const { headSlots } = this;
    if (!(quality >= 0)) return;
    let at = this.headCount;
    while (
      at > 0 &&
      (qualities[at - 1]! < quality || (qualities[at - 1] === quality && headSlots[at - 1]! > slot))
    )
      at--;
    if (at === HEAD_MAX || (at > 0 && headSlots[at - 1] === slot)) return;
    const end = Math.min(this.headCount, HEAD_MAX - 1);
    headSlots.copyWithin(at + 1, at, end);
    qualities.copyWithin(at + 1, at, end);
    headSlots[at] = slot;
    qualities[at] = quality;
    this.headCount = end + 1;
  }
}
