/** What recall reads of everybody's behaviour. A model replica has this shape. */
export interface RankedKeys {
  /** key53 of items, best first. */
  readonly keys: readonly number[];
  readonly scores: readonly number[];
}

/** Items whose proven click-through rate changed, for readers at their own pace. */
export interface ItemChanges {
  /** Changes so far. */
  readonly count: number;
  /** @param place the count that the reader has seen. @returns false, with nothing visited, when some of them are gone: everything may have changed */
  since(place: number, visit: (itemKey: number) => void): boolean;
}

export interface LiveStatistics {
  /** Smoothed click-through rate; the overall one for an item never shown. */
  ctr(itemKey: number): number;
  /** What the item's own outcomes prove: its click-through rate smoothed towards hardly any. Each change of it is told by `changes`. */
  provenCtr(itemKey: number): number;
  readonly changes: ItemChanges;
  /** Items that somebody engaged with. */
  readonly engaged: ItemChanges;
  /** The number of the half-life that answers for this one. @param windowSeconds default: the best one */
  windowOf(windowSeconds?: number): number;
  /** Popularity as a number by which items compare alike at any time; −∞ for one that nobody engaged with. Each change of it is told by `engaged`. */
  popularityOrder(itemKey: number, window: number): number;
  /** Decayed popularity. @param window its number */
  popularityOf(itemKey: number, window: number, now: number): number;
  /** How often the item was shown. */
  impressions(itemKey: number): number;
  /** The most popular items now, ranked as engagement arrives. @param windowSeconds half-life; default: the best one */
  trending(n: number, now: number, windowSeconds?: number): RankedKeys;
  /** What a group of users engages with now (libs/features, user-groups.ts). */
  groupTrending(group: number, n: number, now: number, windowSeconds?: number): RankedKeys;
  /** The half-life of popularity that finds most of what people engage with next, s. */
  readonly bestWindowSeconds: number;
  /** Items the same people engage with; scores in [0, 1). */
  neighbours(itemKey: number): RankedKeys;
  /** The same in no particular order, without sorting. */
  eachNeighbour(itemKey: number, visit: (neighbour: number, score: number) => void): void;
}

/** By default an item shown less often than this has no evidence: neither its CTR nor its features' weights say much. */
export const EVIDENCE_IMPRESSIONS = 20;
