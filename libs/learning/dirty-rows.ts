/** Which rows of a table changed since the last drain: a flag a row and the list of those set. */
export class DirtyRows {
  private flags: Uint8Array;
  private list = new Uint32Array(1024);
  private count = 0;

  constructor(rows: number) {
    this.flags = new Uint8Array(rows);
  }

  get size(): number {
    return this.count;
  }

  mark(row: number): void {
    if (this.flags[row] === 1) return;
    if (row >= this.flags.length) this.grow(row);
    this.flags[row] = 1;
    if (this.count === this.list.length) {
      const longer = new Uint32Array(this.list.length * 2);
      longer.set(this.list);
      this.list = longer;
    }
    this.list[this.count++] = row;
  }

  /** Takes up to `max` rows out, ascending. */
  drain(max: number): Uint32Array {
    const taken = Math.min(max, this.count);
    this.count -= taken;
    const rows = this.list.slice(this.count, this.count + taken).sort();
    for (let i = 0; i < taken; i++) this.flags[rows[i]!] = 0;
    return rows;
  }

  clear(): void {
    this.flags.fill(0);
    this.count = 0;
  }

  private grow(row: number): void {
    const wider = new Uint8Array(Math.max(row + 1, this.flags.length * 2));
    wider.set(this.flags);
    this.flags = wider;
  }
}
