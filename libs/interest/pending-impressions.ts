/** A user's open impressions by event time, the newest last; bounded in number and in items. */
import { PENDING_ITEMS_MAX } from './limits.js';
import { PendingImpression } from './pending-impression.js';
import type { StateReader, StateWriter } from './state-writer.js';

/** What a positive interaction meets among the open impressions. */
export type ClickMatch =
  | { readonly kind: 'open' | 'clicked'; readonly impression: PendingImpression; readonly item: number }
  | { readonly kind: 'expired' | 'none' };

const NONE: ClickMatch = { kind: 'none' };
const EXPIRED: ClickMatch = { kind: 'expired' };

export class PendingImpressions {
  private list: PendingImpression[] = [];

  get size(): number {
    return this.list.length;
  }

  get bytes(): number {
    return this.list.reduce((sum, pending) => sum + pending.bytes, 0);
  }

  values(): readonly PendingImpression[] {
    return this.list;
  }

  /**
   * The newest impression of the item that the click can belong to: shown at or before it, not longer ago than
   * the window, and of the same list where both name one.
   */
  match(itemKey: number, listKey: number, at: number, attributionMs: number): ClickMatch {
    let result = NONE;
    for (let i = this.list.length - 1; i >= 0; i--) {
      const impression = this.list[i]!;
      if (impression.at > at) continue;
      if (listKey !== 0 && impression.recommendationKey !== 0 && impression.recommendationKey !== listKey)
        continue;
      const item = impression.itemKeys.indexOf(itemKey);
      if (item < 0) continue;
      if (at - impression.at > attributionMs) {
        result = EXPIRED;
        break;
      }
      return { kind: impression.clicked[item] === 1 ? 'clicked' : 'open', impression, item };
    }
    return result;
  }

  /** Those that would have to end, the oldest first, if these were added too. */
  overflowWith(added: readonly PendingImpression[], max: number): PendingImpression[] {
    let count = this.list.length + added.length;
    let items = 0;
    for (const { size } of this.list) items += size;
    for (const { size } of added) items += size;
    if (count <= max && items <= PENDING_ITEMS_MAX) return [];
    const ended: PendingImpression[] = [];
    for (const impression of merged(this.list, added)) {
      if (count <= max && items <= PENDING_ITEMS_MAX) break;
      ended.push(impression);
      count--;
      items -= impression.size;
    }
    return ended;
  }

  /** Those that have ended by `time`, the oldest first. */
  due(time: number): PendingImpression[] {
    return this.list.filter(({ deadline }) => deadline <= time);
  }

  add(impression: PendingImpression): void {
    let place = this.list.length;
    while (place > 0 && this.list[place - 1]!.at > impression.at) place--;
    this.list.splice(place, 0, impression);
  }

  remove(ended: readonly PendingImpression[]): void {
    if (ended.length > 0) this.list = this.list.filter((impression) => !ended.includes(impression));
  }

  /** Whether an impression still ends at this time. */
  endsAt(deadline: number): boolean {
    return this.list.some((impression) => impression.deadline === deadline);
  }

  write(out: StateWriter): void {
    out.count(this.list.length);
    for (const impression of this.list) impression.write(out);
  }

  static read(from: StateReader): PendingImpressions {
    const pending = new PendingImpressions();
    const n = from.size(20);
    for (let i = 0; i < n; i++) pending.list.push(PendingImpression.read(from));
    return pending;
  }
}

/** By event time; at equal times the older list's come first. */
function merged(
  older: readonly PendingImpression[],
  added: readonly PendingImpression[],
): PendingImpression[] {
  return [...older, ...added].sort((a, b) => a.at - b.at);
}
