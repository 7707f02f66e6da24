/**
 * The user's latest interactions, for sliding windows over event time: the newest `max`, not older than a day
 * before the newest. A window that would hold more than `max` reports `max`.
 */
import { WINDOW_MAX_MS } from './limits.js';
import type { StateReader, StateWriter } from './state-writer.js';

export interface WindowCounts {
  total: number;
  uniqueItems: number;
  byType: Record<string, number>;
}

export class ActionWindow {
  /** Ascending event times, ms. */
  private times: number[] = [];
  /** 32-bit hashes of the items. */
  private items: number[] = [];
  /** Rows of the user's type table. */
  private types: number[] = [];

  get size(): number {
    return this.times.length;
  }

  add(at: number, item: number, type: number, max: number): void {
    let place = this.times.length;
    while (place > 0 && this.times[place - 1]! > at) place--;
    if (place === this.times.length) {
      this.times.push(at);
      this.items.push(item);
      this.types.push(type);
    } else {
      this.times.splice(place, 0, at);
      this.items.splice(place, 0, item);
      this.types.splice(place, 0, type);
    }
    this.prune(max);
  }

  /** Interactions in (now − windowMs, now]. */
  within(windowMs: number, now: number): number {
    return this.after(now) - this.after(now - windowMs);
  }

  counts(windowMs: number, now: number, typeNames: readonly string[]): WindowCounts {
    const from = this.after(now - windowMs);
    const to = this.after(now);
    const byType: Record<string, number> = {};
    for (let i = from; i < to; i++) {
      const name = typeNames[this.types[i]!] ?? 'other';
      byType[name] = (byType[name] ?? 0) + 1;
    }
    return { total: to - from, uniqueItems: new Set(this.items.slice(from, to)).size, byType };
  }

  /** @param typeOf translates the other's type rows to this user's */
  absorb(other: ActionWindow, typeOf: (row: number) => number, max: number): void {
    for (let i = 0; i < other.times.length; i++) this.add(other.times[i]!, other.items[i]!, typeOf(other.types[i]!), max);
  }

  write(out: StateWriter): void {
    out.count(this.times.length);
    out.series(this.times);
    out.u32s(this.items);
    out.counts(this.types);
  }

  static read(from: StateReader): ActionWindow {
    const window = new ActionWindow();
    const n = from.size(6);
    window.times = from.series(n);
    window.items = from.u32s(n);
    window.types = from.counts(n);
    return window;
  }

  /** How many actions have an event time ≤ `at`. */
  private after(at: number): number {
    let low = 0;
    let high = this.times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.times[middle]! <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private prune(max: number): void {
    const n = this.times.length;
    const oldest = this.times[n - 1]! - WINDOW_MAX_MS;
    let gone = Math.max(0, n - max);
    while (this.times[gone]! <= oldest) gone++;
    if (gone === 0) return;
    this.times.splice(0, gone);
    this.items.splice(0, gone);
    this.types.splice(0, gone);
  }
}
