/**
 * The rows of the highest order (a number; −∞: the row has none), best first, kept up to date as single rows move: a binary search
 * and a shift within an array. At equal order the lower row goes first, so that what is kept depends on the rows
 * alone and not on the path that led there.
 *
 * Promise: the `size` rows kept are exactly the best `size`. Rows that leave or fall behind those that are not kept make
 * the list shorter; when half of it is gone, `needsRefill` asks for one scan.
 */
export class Leaders {
  size = 0;
  private readonly rows: Int32Array;
  private readonly orders: Float64Array;
  /** Rows with an order exist that are not kept. */
  private truncated = false;

  constructor(readonly capacity: number) {
    this.rows = new Int32Array(capacity);
    this.orders = new Float64Array(capacity);
  }

  get needsRefill(): boolean {
    return this.truncated && this.size < this.capacity / 2;
  }

  row(rank: number): number {
    return this.rows[rank]!;
  }

  /** Rank of a row of this order, 0-based; −1 when it is not kept. */
  rankOf(row: number, order: number): number {
    const rank = this.search(row, order);
    return rank < this.size && this.rows[rank] === row ? rank : -1;
  }

  /** The row's order changed. @param before −∞ when it had none */
  move(row: number, before: number, after: number): void {
    if (after >= before && this.rise(row, before, after)) return;
    this.remove(row, before);
    this.add(row, after);
  }

  /** The order of a row that had none. */
  add(row: number, order: number): void {
    if (order === -Infinity) return;
    const full = this.truncated || this.size === this.capacity;
    const rank = full && order < this.orders[this.size - 1]! ? this.size : this.search(row, order);
    if (rank === this.size && full) {
      this.truncated = true;
      return;
    }
    if (this.size === this.capacity) this.truncated = true;
    else this.size++;
    this.rows.copyWithin(rank + 1, rank, this.size - 1);
    this.orders.copyWithin(rank + 1, rank, this.size - 1);
    this.rows[rank] = row;
    this.orders[rank] = order;
  }

  /** Of a row that is kept: only those that it passes make way. @returns false when it has to be removed and put in */
  private rise(row: number, before: number, after: number): boolean {
    const from = this.rankOf(row, before);
    if (from < 0) return false;
    const rank = this.search(row, after);
    // The last one may no longer be better than those that are not kept.
    if (this.truncated && rank === this.size - 1) return false;
    for (let at = from; at > rank; at--) {
      this.rows[at] = this.rows[at - 1]!;
      this.orders[at] = this.orders[at - 1]!;
    }
    this.rows[rank] = row;
    this.orders[rank] = after;
    return true;
  }

  remove(row: number, order: number): void {
    const rank = this.rankOf(row, order);
    if (rank < 0) return;
    this.rows.copyWithin(rank, rank + 1, this.size);
    this.orders.copyWithin(rank, rank + 1, this.size);
    this.size--;
  }

  /** From nothing: looks at all rows. */
  refill(rows: number, orderOf: (row: number) => number): void {
    this.clear();
    for (let row = 0; row < rows; row++) this.add(row, orderOf(row));
  }

  clear(): void {
    this.size = 0;
    this.truncated = false;
  }

  /** The first rank whose row does not come before (row, order). */
  private search(row: number, order: number): number {
    let low = 0;
    let high = this.size;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.orders[middle]!;
      if (other > order || (other === order && this.rows[middle]! < row)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
