/**
 * The N slots with the greatest times, newest first. Bounded: it keeps up to `capacity`, and asks for a refill
 * when removals have emptied half of it while there may be others.
 */
export class NewestList {
  private readonly slots: Int32Array;
  private readonly times: Float64Array;
  private count = 0;
  /** True when items may exist that are in no place here. */
  private truncated = false;

  constructor(readonly capacity: number) {
    this.slots = new Int32Array(capacity);
    this.times = new Float64Array(capacity);
  }

  get size(): number {
    return this.count;
  }

  at(rank: number): number {
    return this.slots[rank]!;
  }

  get needsRefill(): boolean {
    return this.truncated && this.count < this.capacity / 2;
  }

  clear(): void {
    this.count = 0;
    this.truncated = false;
  }

  add(slot: number, time: number): void {
    if (this.count === this.capacity) {
      this.truncated = true;
      if (time <= this.times[this.count - 1]!) return;
      this.count--;
    } else if (this.truncated && this.count > 0 && time < this.times[this.count - 1]!) {
      // Something newer than this may have been left out: the order below the last is not known.
      return;
    }
    let at = this.count++;
    for (; at > 0 && this.times[at - 1]! < time; at--) {
      this.times[at] = this.times[at - 1]!;
      this.slots[at] = this.slots[at - 1]!;
    }
    this.times[at] = time;
    this.slots[at] = slot;
  }

  remove(slot: number): void {
    const at = this.slots.subarray(0, this.count).indexOf(slot);
    if (at < 0) return;
    this.slots.copyWithin(at, at + 1, this.count);
    this.times.copyWithin(at, at + 1, this.count);
    this.count--;
  }
}
