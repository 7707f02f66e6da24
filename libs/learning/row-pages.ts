/**
 * Cells of rows of one width, in pages of typed arrays. Growing copies nothing, and a row costs no objects: a table of a
 * hundred thousand rows with arrays of their own keeps the garbage collector busy for as long as the process lives.
 *
 *     const cells = pages.of(row);   // the page, in which row's cells stand from `pages.at(row)` on
 */
const PAGE_ROWS = 256;

export class RowPages<Cells extends Float64Array | Float32Array> {
  private readonly pages: Cells[] = [];
  private readonly pageRows: number;

  /** @param width cells of a row. @param create `(cells) => new Float64Array(cells)`, or of 32 bits */
  constructor(
    private readonly width: number,
    rowsMax: number,
    private readonly create: (cells: number) => Cells,
  ) {
    this.pageRows = Math.min(PAGE_ROWS, rowsMax);
  }

  /** Makes room for the row. */
  reach(row: number): void {
    while (this.pages.length * this.pageRows <= row) this.pages.push(this.create(this.pageRows * this.width));
  }

  /** The page that holds the row's cells. */
  of(row: number): Cells {
    return this.pages[Math.floor(row / this.pageRows)]!;
  }

  /** Where they begin in it. */
  at(row: number): number {
    return (row % this.pageRows) * this.width;
  }

  /** The row's first cells, for reading and writing. */
  first(row: number, count: number): Cells {
    const at = this.at(row);
    return this.of(row).subarray(at, at + count) as Cells;
  }
}
