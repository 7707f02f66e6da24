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

  get size(): number {
    return this.keys.length;
  }

  has(key: number): boolean {
    return this.keys.includes(key);
  }

  /** @param at event time, ms @param latest the user's latest event time, ms */
  add(key: number, at: number, latest: number, horizonMs: number, max: number): void {
    this.keys.push(key);
    this.times.push(at);
    let gone = Math.max(0, this.keys.length - max);
    while (gone < this.keys.length && this.times[gone]! < latest - horizonMs) gone++;
    removeAt(this.keys, 0, gone);
    removeAt(this.times, 0, gone);
  }

  /** Takes the other's ids over, as if they came first. */
  absorb(other: SeenEvents, max: number): void {
    const fresh = other.keys.map((_, i) => i).filter((i) => !this.keys.includes(other.keys[i]!));
    this.keys = [...fresh.map((i) => other.keys[i]!), ...this.keys].slice(-max);
    this.times = [...fresh.map((i) => other.times[i]!), ...this.times].slice(-max);
  }

  write(out: StateWriter): void {
    out.count(this.keys.length);
    out.f64s(this.keys);
    out.series(this.times);
  }

  static read(from: StateReader): SeenEvents {
    const seen = new SeenEvents();
    const n = from.size(9);
    seen.keys = from.f64s(n);
    seen.times = from.series(n);
    return seen;
  }
}
