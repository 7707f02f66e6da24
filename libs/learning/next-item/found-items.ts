/**
 * Numbers by key, gathered anew for each question: an open-addressed table over typed arrays that is emptied by a stamp, so
 * that asking allocates nothing once the table has grown to what questions need. Places are given in order of arrival.
 */
import { mix32 } from '#kernel';

const FIRST_CAPACITY = 1024;

export class FoundItems {
  size = 0;
  keys = new Float64Array(FIRST_CAPACITY);
  /** Column after column, each as long as `keys`. */
  readonly columns: Float64Array[];
  private table = new Int32Array(FIRST_CAPACITY * 2);
  private stamps = new Uint32Array(FIRST_CAPACITY * 2);
  private stamp = 1;
  private best = new Int32Array(0);

  constructor(columns: number) {
    this.columns = Array.from({ length: columns }, () => new Float64Array(FIRST_CAPACITY));
  }

  clear(): void {
    this.size = 0;
    if (++this.stamp > 0xffff_fffe) {
      this.stamps.fill(0);
      this.stamp = 1;
    }
  }

  /** −1 for a key that was not found. */
  find(key: number): number {
    const mask = this.table.length - 1;
    for (let at = home(key) & mask; this.stamps[at] === this.stamp; at = (at + 1) & mask)
      if (this.keys[this.table[at]!] === key) return this.table[at]!;
    return -1;
  }

  /** The key's place; a new one has zeros. */
  place(key: number): number {
    const mask = this.table.length - 1;
    let at = home(key) & mask;
    for (; this.stamps[at] === this.stamp; at = (at + 1) & mask)
      if (this.keys[this.table[at]!] === key) return this.table[at]!;
    if (this.size === this.keys.length) {
      this.grow();
      return this.place(key);
    }
    this.stamps[at] = this.stamp;
    this.table[at] = this.size;
    this.keys[this.size] = key;
    for (const column of this.columns) column[this.size] = 0;
    return this.size++;
  }

  /**
   * Places with the greatest numbers above 0 in a column, greatest first, ties by arrival. Holds until the next call.
   * @param without a column; places with anything in it are left out
   */
  greatest(column: number, count: number, without: number): Int32Array {
    if (this.best.length < count) this.best = new Int32Array(count);
    const { best } = this;
    const values = this.columns[column]!;
    const barred = this.columns[without]!;
    let kept = 0;
    for (let place = 0; place < this.size; place++) {
      const value = values[place]!;
      if (!(value > 0) || barred[place] !== 0) continue;
      if (kept === count && value <= values[best[kept - 1]!]!) continue;
      let at = kept < count ? kept++ : count - 1;
      for (; at > 0 && values[best[at - 1]!]! < value; at--) best[at] = best[at - 1]!;
      best[at] = place;
    }
    return best.subarray(0, kept);
  }

  private grow(): void {
    const { keys, columns, size } = this;
    this.keys = new Float64Array(keys.length * 2);
    this.keys.set(keys);
    for (let c = 0; c < columns.length; c++) {
      const wider = new Float64Array(keys.length * 2);
      wider.set(columns[c]!);
      columns[c] = wider;
    }
    this.table = new Int32Array(keys.length * 4);
    this.stamps = new Uint32Array(keys.length * 4);
    const mask = this.table.length - 1;
    for (let place = 0; place < size; place++) {
      let at = home(this.keys[place]!) & mask;
      while (this.stamps[at] === this.stamp) at = (at + 1) & mask;
      this.stamps[at] = this.stamp;
      this.table[at] = place;
    }
  }
}

function home(key: number): number {
  return mix32((key >>> 0) ^ Math.imul((key / 0x1_0000_0000) | 0, 0x9e3779b1));
}
