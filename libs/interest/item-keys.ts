/** A bounded set of item keys (key53) in the order they came; beyond the bound the oldest goes. */
import type { StateReader, StateWriter } from './state-writer.js';

export class ItemKeys {
  private keys: number[] = [];

  constructor(private readonly max: number) {}

  get size(): number {
    return this.keys.length;
  }

  has(key: number): boolean {
    return this.keys.includes(key);
  }

  values(): readonly number[] {
    return this.keys;
  }

  add(key: number): void {
    if (this.keys.includes(key)) return;
    this.keys.push(key);
    if (this.keys.length > this.max) this.keys.shift();
  }

  delete(key: number): void {
    const place = this.keys.indexOf(key);
    if (place >= 0) this.keys.splice(place, 1);
  }

  absorb(other: ItemKeys): void {
    for (const key of other.keys) this.add(key);
  }

  write(out: StateWriter): void {
    out.count(this.keys.length);
    out.f64s(this.keys);
  }

  static read(from: StateReader, max: number): ItemKeys {
    const set = new ItemKeys(max);
    set.keys = from.f64s(from.size(8));
    return set;
  }
}
