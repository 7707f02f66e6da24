/** At most `perCategoryMax` items of any one category among any WINDOW consecutive items of a list. */
export const WINDOW = 10;

export class CategoryCap {
  /** By category id. */
  private readonly counts: Uint16Array;
  private readonly placed: number[] = [];

  /** @param categoriesOf ids of a candidate's categories, each below `idsBelow` */
  constructor(
    private readonly perCategoryMax: number,
    private readonly categoriesOf: (candidate: number) => Int32Array,
    idsBelow: number,
  ) {
    this.counts = new Uint16Array(idsBelow);
  }

  reset(): void {
    this.counts.fill(0);
    this.placed.length = 0;
  }

  /** Whether the candidate may stand next. */
  admits(candidate: number): boolean {
    const categories = this.categoriesOf(candidate);
    for (let i = 0; i < categories.length; i++) {
      if (this.counts[categories[i]!]! >= this.perCategoryMax) return false;
    }
    return true;
  }

  /** The candidate stands next. */
  place(candidate: number): void {
    this.placed.push(candidate);
    this.count(candidate, 1);
    if (this.placed.length >= WINDOW) this.count(this.placed[this.placed.length - WINDOW]!, -1);
  }

  private count(candidate: number, by: number): void {
    for (const category of this.categoriesOf(candidate)) this.counts[category]! += by;
  }
}
