/**
 * Next-item recommendation on a stream of "user took to item": before each event a model names its best items among
 * those that anybody has taken to and this user has not, then it learns the event. Items are dense numbers in order of
 * first appearance, users likewise.
 */
export interface NextItemEvent {
  readonly user: number;
  readonly item: number;
  /** Event time, ms; never falls. */
  readonly at: number;
}

export interface NextItemModel {
  readonly name: string;
  /**
   * The n best items for a user now, best first; fewer when there are not so many.
   * @param taken items the user has taken, which are not named
   */
  top(n: number, now: Omit<NextItemEvent, 'item'>, taken: ReadonlySet<number>): number[];
  learn(event: NextItemEvent): void;
}

/** The n of the first `known` items with the highest scores; of equal ones those known longer. */
export function topByScore(
  n: number,
  known: number,
  score: (item: number) => number,
  taken: ReadonlySet<number>,
): number[] {
  const items: number[] = [];
  const scores: number[] = [];
  for (let item = 0; item < known; item++) {
    const own = score(item);
    if ((items.length === n && !(own > scores[n - 1]!)) || taken.has(item)) continue;
    let at = Math.min(items.length, n - 1);
    for (; at > 0 && scores[at - 1]! < own; at--) {
      items[at] = items[at - 1]!;
      scores[at] = scores[at - 1]!;
    }
    items[at] = item;
    scores[at] = own;
  }
  return items;
}

/** A column that grows with the items, keeping its values. */
export function grown(column: Float64Array, size: number): Float64Array {
  if (size <= column.length) return column;
  const wider = new Float64Array(Math.max(size, column.length * 2));
  wider.set(column);
  return wider;
}
