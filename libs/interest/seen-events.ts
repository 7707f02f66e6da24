/**
 * Event ids already folded (their 53-bit keys), so that a re-sent event changes nothing: the newest `max`, not
 * older than the horizon. Kept in the order they came; looked up by a linear scan of doubles, which for the few
 * hundred ids of a user beats a hash table in time and memory.
 */
import { removeAt } from './columns.js';
import type { StateReader, StateWriter } from './state-writer.js';

export class SeenEvents {
  private keys: number[] = [];
  private times: number[] = [];
  /** Entries before this one are gone; they are cut off when they are the half. */
  private start = 0;

  get size(): number {
    return this.keys.length - this.start;
  }

  has(key: number): boolean {
    return this.keys.includes(key, this.start);
  }

  /** @param at event time, ms @param latest the user's latest event time, ms */
  add(key: number, at: number, latest: number, horizonMs: number, max: number): void {
    this.keys.push(key);
    this.times.push(at);
    this.start = Math.max(this.start, this.keys.length - max);
    while (this.start < this.keys.length && this.times[this.start]! < latest - horizonMs) this.start++;
    if (this.start * 2 > this.keys.length) this.cut();
  }

  /** Takes the other's ids over, as if they came first. */
  absorb(other: SeenEvents, max: number): void {
    this.cut();
    other.cut();
    const fresh = other.keys.map((_, i) => i).filter((i) => !this.keys.includes(other.keys[i]!));
    this.keys = [...fresh.map((i) => other.keys[i]!), ...this.keys].slice(-max);
    this.times = [...fresh.map((i) => other.times[i]!), ...this.times].slice(-max);
  }

  /** Those that count. */
  columns(): { readonly keys: readonly number[]; readonly times: readonly number[] } {
    this.cut();
    return { keys: this.keys, times: this.times };
  }

  static of(keys: number[], times: number[]): SeenEvents {
    const seen = new SeenEvents();
    seen.keys = keys;
    seen.times = times;
    return seen;
  }

  write(out: StateWriter): void {
    this.cut();
    out.count(this.keys.length);
    out.f64s(this.keys);
    out.series(this.times);
  }

  static read(from: StateReader): SeenEvents {
    const n = from.size(9);
    return SeenEvents.of(from.f64s(n), from.series(n));
  }

  private cut(): void {
    removeAt(this.keys, 0, this.start);
    removeAt(this.times, 0, this.start);
    this.start = 0;
  }
}
