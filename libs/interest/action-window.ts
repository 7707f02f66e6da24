/**
 * The user's latest interactions, for sliding windows over event time: the newest `max`, not older than a day
 * before the newest. A window that would hold more than `max` reports `max`.
 */
import { insertAt, removeAt } from './columns.js';
import { TYPES_MAX, WINDOW_MAX_MS } from './limits.js';
import type { StateReader, StateWriter } from './state-writer.js';

export interface WindowCounts {
  total: number;
  uniqueItems: number;
  byType: Record<string, number>;
}

export class ActionWindow {
  /** Ascending event times, ms. */
  private times: number[] = [];
  /** 32-bit hash of the item × TYPES_MAX + row of the user's type table. */
  private acts: number[] = [];
  /** Entries before this one are gone; they are cut off when they are the half. */
  private start = 0;

  get size(): number {
    return this.times.length - this.start;
  }

  add(at: number, item: number, type: number, max: number): void {
    let place = this.times.length;
    while (place > this.start && this.times[place - 1]! > at) place--;
    insertAt(this.times, place, at);
    insertAt(this.acts, place, item * TYPES_MAX + type);
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
    const items = new Set<number>();
    for (let i = from; i < to; i++) {
      const name = typeNames[this.acts[i]! % TYPES_MAX]!;
      byType[name] = (byType[name] ?? 0) + 1;
      items.add(Math.floor(this.acts[i]! / TYPES_MAX));
    }
    return { total: to - from, uniqueItems: items.size, byType };
  }

  /** @param typeOf translates the other's type rows to this user's */
  absorb(other: ActionWindow, typeOf: (row: number) => number, max: number): void {
    for (let i = other.start; i < other.times.length; i++) {
      const act = other.acts[i]!;
      this.add(other.times[i]!, Math.floor(act / TYPES_MAX), typeOf(act % TYPES_MAX), max);
    }
  }

  /** Those that count: event times, and item hash × TYPES_MAX + type. */
  columns(): { readonly times: readonly number[]; readonly acts: readonly number[] } {
    this.cut();
    return { times: this.times, acts: this.acts };
  }

  static of(times: number[], acts: number[]): ActionWindow {
    const window = new ActionWindow();
    window.times = times;
    window.acts = acts;
    return window;
  }

  write(out: StateWriter): void {
    this.cut();
    out.count(this.times.length);
    out.series(this.times);
    out.counts(this.acts);
  }

  static read(from: StateReader): ActionWindow {
    const n = from.size(2);
    return ActionWindow.of(from.series(n), from.counts(n));
  }

  /** How many actions have an event time ≤ `at`. */
  private after(at: number): number {
    let low = this.start;
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
    this.start = Math.max(this.start, n - max);
    while (this.times[this.start]! <= oldest) this.start++;
    if (this.start * 2 > n) this.cut();
  }

  private cut(): void {
    removeAt(this.times, 0, this.start);
    removeAt(this.acts, 0, this.start);
    this.start = 0;
  }
}
