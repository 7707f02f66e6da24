/** How familiar each item is: its share of all clicks (or other takings) so far, smoothed by one for each item. */
export class ItemPopularity {
  private readonly counts = new Map<string, number>();
  private total = 0;

  /** @param catalogue items there are now */
  constructor(private readonly catalogue: () => number) {}

  add(itemId: string): void {
    this.counts.set(itemId, (this.counts.get(itemId) ?? 0) + 1);
    this.total++;
  }

  /** (count + 1) / (total + items): above 0, 1 at most. */
  readonly share = (itemId: string): number =>
    ((this.counts.get(itemId) ?? 0) + 1) / (this.total + Math.max(this.catalogue(), this.counts.size, 1));
}
