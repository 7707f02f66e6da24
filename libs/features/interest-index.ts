/**
 * Look-up of a user's interests by label hash while many items are matched against one user: an open-addressed
 * table filled once per user, reused for the next without clearing (a stamp tells whose entry it is).
 */
export class InterestIndex {
  private keys = new Uint32Array(256);
  private rows = new Int32Array(256);
  private stamps = new Uint32Array(256);
  private stamp = 0;

  /** @param hashes those of `rows` rows. @param capacity keys that `insert` may bring the index to */
  fill(hashes: ArrayLike<number>, rows: number, capacity = rows): void {
    if (capacity * 3 > this.keys.length || ++this.stamp > 0xffff_fffe) this.renew(capacity);
    for (let row = 0; row < rows; row++) this.insert(hashes[row]!, row);
  }

  /** Adds a new key. */
  insert(key: number, row: number): void {
    const mask = this.keys.length - 1;
    let slot = key & mask;
    while (this.stamps[slot] === this.stamp) slot = (slot + 1) & mask;
    this.keys[slot] = key;
    this.rows[slot] = row;
    this.stamps[slot] = this.stamp;
  }

  /** The row of the label, or −1. */
  find(key: number): number {
    const mask = this.keys.length - 1;
    let slot = key & mask;
    while (this.stamps[slot] === this.stamp) {
      if (this.keys[slot] === key) return this.rows[slot]!;
      slot = (slot + 1) & mask;
    }
    return -1;
  }

  private renew(capacity: number): void {
    let size = this.keys.length;
    while (size < capacity * 4) size *= 2;
    this.keys = new Uint32Array(size);
    this.rows = new Int32Array(size);
    this.stamps = new Uint32Array(size);
    this.stamp = 1;
  }
}
