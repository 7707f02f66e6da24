/** How often and when items were lately shown to the user: repetition features, and what tells a late click from a stray one. */
import type { ShownSignals } from '#features';
import { SHOWN_ITEMS_MAX } from './limits.js';
import type { StateReader, StateWriter } from './state-writer.js';

export class ShownItems implements ShownSignals {
  hashes: number[] = [];
  counts: number[] = [];
  times: number[] = [];

  /** @returns event time of the last time shown, or undefined */
  lastShown(hash: number): number | undefined {
    const row = this.hashes.indexOf(hash);
    return row < 0 ? undefined : this.times[row];
  }

  add(hash: number, at: number, count = 1): void {
    const row = this.hashes.indexOf(hash);
    if (row >= 0) {
      this.counts[row] = this.counts[row]! + count;
      this.times[row] = Math.max(this.times[row]!, at);
    } else if (this.hashes.length < SHOWN_ITEMS_MAX) {
      this.hashes.push(hash);
      this.counts.push(count);
      this.times.push(at);
    } else {
      const oldest = this.oldest();
      if (this.times[oldest]! > at) return;
      this.hashes[oldest] = hash;
      this.counts[oldest] = count;
      this.times[oldest] = at;
    }
  }

  absorb(other: ShownItems): void {
    for (let i = 0; i < other.hashes.length; i++)
      this.add(other.hashes[i]!, other.times[i]!, other.counts[i]!);
  }

  write(out: StateWriter): void {
    out.count(this.hashes.length);
    out.u32s(this.hashes);
    out.counts(this.counts);
    out.series(this.times);
  }

  static read(from: StateReader): ShownItems {
    const shown = new ShownItems();
    const n = from.size(6);
    shown.hashes = from.u32s(n);
    shown.counts = from.counts(n);
    shown.times = from.series(n);
    return shown;
  }

  private oldest(): number {
    let oldest = 0;
    for (let row = 1; row < this.times.length; row++)
      if (this.times[row]! < this.times[oldest]!) oldest = row;
    return oldest;
  }
}
