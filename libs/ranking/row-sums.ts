/**
 * The sum of the rows of a set whose members come and go. Partial sums stand in a binary tree, so that a change costs log2(n)
 * additions of rows; and what has come and gone before leaves no trace: equal sets have equal sums, to the last bit.
 */
export class RowSums {
  /** Row 1 is the root, rows n .. 2n − 1 are the members'. */
  private readonly rows: Float64Array;
  /** Members of the set at or below each row; a row with none is not read. */
  private readonly counts: Int32Array;

  /** Nobody is in the set yet. */
  constructor(
    private readonly n: number,
    private readonly width: number,
  ) {
    this.rows = new Float64Array(2 * n * width);
    this.counts = new Int32Array(2 * n);
  }

  /** To be filled before the member is first let in. */
  rowOf(member: number): Float64Array {
    return this.row(this.n + member);
  }

  valueOf(member: number, column: number): number {
    return this.rows[(this.n + member) * this.width + column]!;
  }

  /** Without meaning while the set is empty. */
  get sum(): Float64Array {
    return this.row(1);
  }

  /** Makes these the set. */
  hold(members: readonly number[]): void {
    const { n, counts } = this;
    const wanted = new Uint8Array(n);
    for (const member of members) wanted[member] = 1;
    for (let member = 0; member < n; member++)
      if (counts[n + member] !== wanted[member]) this.change(n + member, wanted[member]!);
  }

  private change(leaf: number, count: number): void {
    const { counts } = this;
    counts[leaf] = count;
    for (let at = leaf >>> 1; at > 0; at >>>= 1) {
      const left = 2 * at;
      counts[at] = counts[left]! + counts[left + 1]!;
      if (counts[at]! > 0) this.add(at, left, left + 1);
    }
  }

  private add(at: number, left: number, right: number): void {
    const { rows, counts, width } = this;
    const to = at * width;
    const a = left * width;
    const b = right * width;
    if (counts[left] === 0) rows.copyWithin(to, b, b + width);
    else if (counts[right] === 0) rows.copyWithin(to, a, a + width);
    else for (let i = 0; i < width; i++) rows[to + i] = rows[a + i]! + rows[b + i]!;
  }

  private row(at: number): Float64Array {
    return this.rows.subarray(at * this.width, (at + 1) * this.width);
  }
}
