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
   * How many items not taken by the user stand before the event's item. Asked only for an item known before the event.
   * @param taken items the user has taken
   */
  rank(event: NextItemEvent, taken: ReadonlySet<number>): number;
  learn(event: NextItemEvent): void;
}

/** Items of a dense score table that stand before `item`: higher scores, and equal scores of longer known items. */
export function rankByScore(
  scores: Float64Array,
  known: number,
  item: number,
  taken: ReadonlySet<number>,
): number {
  const own = scores[item]!;
  let before = 0;
  for (let other = 0; other < known; other++) if (scores[other]! > own) before++;
  for (let other = 0; other < item; other++) if (scores[other] === own) before++;
  for (const other of taken) if (scores[other]! > own || (scores[other] === own && other < item)) before--;
  return before;
}

/** A column that grows with the items, keeping its values. */
export function grown(column: Float64Array, size: number): Float64Array {
  if (size <= column.length) return column;
  const wider = new Float64Array(Math.max(size, column.length * 2));
  wider.set(column);
  return wider;
}
