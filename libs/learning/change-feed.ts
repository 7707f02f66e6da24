/**
 * The keys whose values in a table changed, in order, for readers that follow at their own pace. Bounded: a reader that
 * is more than KEPT changes behind is told so, and reads the table anew.
 */
const KEPT = 16_384; // a power of two

export class ChangeFeed {
  /** Changes so far: where a reader that has seen all of them stands. */
  count = 0;
  private readonly keys = new Float64Array(KEPT);

  note(key: number): void {
    this.keys[this.count++ & (KEPT - 1)] = key;
  }

  /** Everything changed. */
  reset(): void {
    this.count += KEPT + 1;
  }

  /** Visits the key of each change since a reader's place, repeated ones too. @returns false, with nothing visited, when some are gone */
  since(place: number, visit: (key: number) => void): boolean {
    if (this.count - place > KEPT) return false;
    for (let at = place; at < this.count; at++) visit(this.keys[at & (KEPT - 1)]!);
    return true;
  }
}
