/** Remembers the last N event ids by their 53-bit keys, first in, first out. */
import { key53 } from '#kernel';

export class EventMemory {
  private readonly keys = new Set<number>();
  private readonly order: Float64Array;
  private next = 0;

  /** @param capacity ids remembered; about 50 bytes each. */
  constructor(capacity: number) {
    this.order = new Float64Array(capacity);
  }

  /** True the first time an id is met within the last `capacity` ids. */
  admit(eventId: string): boolean {
    const key = key53(eventId);
    if (this.keys.has(key)) return false;
    const evicted = this.order[this.next]!;
    if (evicted !== 0) this.keys.delete(evicted);
    this.keys.add(key);
    this.order[this.next] = key;
    this.next = (this.next + 1) % this.order.length;
    return true;
  }
}
