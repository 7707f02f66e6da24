/**
 * Cells of rows of one width, in pages of typed arrays. Growing copies nothing, and a row costs no objects: a table of a
 * hundred thousand rows with arrays of their own keeps the garbage collector busy for as long as the process lives.
 *
 *     const { cells } = pages.of(row);   // the page, in which row's cells stand from `pages.at(row)` on
 */
const PAGE_BITS = 8;
const PAGE_ROWS = 1 << PAGE_BITS;

class Page {
  readonly cells: Float64Array;
  /** The same memory in 32 bits. */
  readonly halves: Float32Array;

  constructor(cells: number) {
    this.cells = new Float64Array(cells);
    this.halves = new Float32Array(this.cells.buffer);
  }
}

export class RowPages {
  private readonly pages: Page[] = [];

  /** @param width cells of a row, of 64 bits */
  constructor(private readonly width: number) {}

  /** Makes room for the row. */
  reach(row: number): void {
    while (this.pages.length <= row >>> PAGE_BITS) this.pages.push(new Page(PAGE_ROWS * this.width));
  }

  /** The page that holds the row's cells. */
  of(row: number): Page {
    return this.pages[row >>> PAGE_BITS]!;
  }

  /** Where they begin in it. */
  at(row: number): number {
    return (row & (PAGE_ROWS - 1)) * this.width;
  }
}
