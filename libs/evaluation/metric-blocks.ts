/**
 * A long stream of rows of numbers in bounded memory, in order of time: exact row by row up to `blocksMax` rows; then
 * neighbours are added up in pairs, so that each block stands for 2, 4, 8... rows. From the blocks come means over all
 * rows or the newest share of them, curves over time, and the paired samples of a bootstrap (by blocks: Künsch 1989).
 */
export const BLOCKS_MAX = 16_384;
const BLOCKS_FIRST = 256;

export class MetricBlocks {
  /** Rows in one block; the last block may hold fewer. */
  rowsPerBlock = 1;
  /** Rows added so far. */
  rows = 0;
  private sums: Float64Array;

  /** @param blocksMax even */
  constructor(
    readonly width: number,
    private readonly blocksMax = BLOCKS_MAX,
  ) {
    this.sums = new Float64Array(Math.min(BLOCKS_FIRST, blocksMax) * width);
  }

  add(row: ArrayLike<number>): void {
    if (this.rows === this.blocksMax * this.rowsPerBlock) this.halve();
    const at = Math.floor(this.rows / this.rowsPerBlock) * this.width;
    if (at === this.sums.length) this.grow();
    for (let column = 0; column < this.width; column++) this.sums[at + column]! += row[column]!;
    this.rows++;
  }

  /** Rows behind the newest `last` share, 0..1: whole blocks. */
  rowsOf(last = 1): number {
    return this.rows - this.firstBlock(last) * this.rowsPerBlock;
  }

  /** Sum of a column over the newest share. */
  sum(column: number, last = 1): number {
    let sum = 0;
    for (let block = this.firstBlock(last); block < this.blocks; block++)
      sum += this.sums[block * this.width + column]!;
    return sum;
  }

  /** NaN without rows. */
  mean(column: number, last = 1): number {
    return this.sum(column, last) / this.rowsOf(last);
  }

  /** Mean of each block, oldest first: the values that a paired test resamples. */
  blockMeans(column: number, last = 1): Float64Array {
    const first = this.firstBlock(last);
    return Float64Array.from({ length: this.blocks - first }, (_, i) => {
      const block = first + i;
      return this.sums[block * this.width + column]! / this.rowsIn(block);
    });
  }

  /**
   * A metric at `points` even steps: what it was over all rows up to each, or `windowed`, over the rows of each step alone.
   * @param of the metric, of the columns' sums over so many rows
   */
  curve(
    points: number,
    of: (sums: Float64Array, rows: number) => number,
    windowed = false,
  ): [rows: number, value: number][] {
    const running = new Float64Array(this.width);
    const curve: [number, number][] = [];
    let rows = 0;
    for (let block = 0; block < this.blocks; block++) {
      for (let column = 0; column < this.width; column++)
        running[column]! += this.sums[block * this.width + column]!;
      rows += this.rowsIn(block);
      const due =
        Math.floor(((block + 1) * points) / this.blocks) > Math.floor((block * points) / this.blocks);
      if (!due) continue;
      const seen = block * this.rowsPerBlock + this.rowsIn(block);
      curve.push([seen, of(running, rows)]);
      if (windowed) {
        running.fill(0);
        rows = 0;
      }
    }
    return curve;
  }

  private get blocks(): number {
    return Math.ceil(this.rows / this.rowsPerBlock);
  }

  private rowsIn(block: number): number {
    return Math.min(this.rowsPerBlock, this.rows - block * this.rowsPerBlock);
  }

  private firstBlock(last: number): number {
    return Math.floor(Math.floor(this.rows * (1 - last)) / this.rowsPerBlock);
  }

  private grow(): void {
    const wider = new Float64Array(Math.min(this.sums.length * 2, this.blocksMax * this.width));
    wider.set(this.sums);
    this.sums = wider;
  }

  private halve(): void {
    const { sums, width } = this;
    for (let block = 0; block < this.blocksMax / 2; block++)
      for (let column = 0; column < width; column++)
        sums[block * width + column] =
          sums[2 * block * width + column]! + sums[(2 * block + 1) * width + column]!;
    sums.fill(0, (this.blocksMax / 2) * width);
    this.rowsPerBlock *= 2;
  }
}
