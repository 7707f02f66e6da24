/** At most `perCategoryMax` items of any one category among any WINDOW consecutive items of a list. */
export const WINDOW = 10;

export class CategoryCap {
  private readonly counts = new Map<number, number>();
  private readonly placed: number[] = [];

  /** @param categoriesOf ids of a candidate's categories */
  constructor(
    private readonly perCategoryMax: number,
    private readonly categoriesOf: (candidate: number) => Int32Array,
  ) {}

  reset(): void {
    this.counts.clear();
    this.placed.length = 0;
  }

  /** Whether the candidate may stand next. */
  admits(candidate: number): boolean {
    const categories = this.categoriesOf(candidate);
    for (let i = 0; i < categories.length; i++) {
      if ((this.counts.get(categories[i]!) ?? 0) >= this.perCategoryMax) return false;
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
    for (const category of this.categoriesOf(candidate))
      this.counts.set(category, (this.counts.get(category) ?? 0) + by);
  }
}
