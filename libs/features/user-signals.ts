/**
 * What feature extraction reads of a user. libs/interest's UserState implements it; extraction depends on
 * nothing else. Parallel arrays, so that the hot path neither allocates nor chases pointers. Nothing here is
 * changed by extraction.
 */
import type { Dimension } from './dimensions.js';

export type Scalar = string | number | boolean;

/**
 * Decayed interests, one row a label. Values are expressed as of `at`: at event time t they are worth
 * 2^(−(t − at)/half-life) of what stands there.
 */
export interface InterestSignals {
  /** Entries of the columns that count: the columns may be longer. */
  readonly rows: number;
  /** labelHash of the label. */
  readonly hashes: ArrayLike<number>;
  /** Interaction weight, decayed with the long and the short half-life. */
  readonly long: ArrayLike<number>;
  readonly short: ArrayLike<number>;
  /** How often items with the label were shown and then clicked, decayed with the long half-life. */
  readonly shown: ArrayLike<number>;
  readonly clicked: ArrayLike<number>;
  dimensionOf(row: number): Dimension;
  labelOf(row: number): string;
  /** The same of all items, whatever their labels. */
  readonly shownTotal: number;
  readonly clickedTotal: number;
  /** Event time that the values are expressed in, ms; 0 while empty. */
  readonly at: number;
  readonly halfLifeMs: number;
  readonly shortHalfLifeMs: number;
}

/** Items the user acted on with a positive weight, by time, the newest last. */
export interface RecentSignals {
  readonly ids: readonly string[];
  /** ItemHashes.id. */
  readonly hashes: readonly number[];
  /** Feature index of the newest item's first category, or 0. */
  readonly lastCategory: number;
  /** Event time, ms. */
  readonly times: readonly number[];
}

/** Items lately shown to the user. */
export interface ShownSignals {
  /** ItemHashes.id. */
  readonly hashes: readonly number[];
  readonly counts: readonly number[];
  /** Event time of the last time, ms. */
  readonly times: readonly number[];
}

export interface UserSignals {
  /** fnv1a32 of the user id. */
  readonly userHash: number;
  /** See libs/interest's segments; 0 is "new". */
  readonly segment: number;
  /** Attributes in ascending order of names, and profileHash of each in the same order. */
  readonly profile: ReadonlyMap<string, Scalar>;
  readonly profileHashes: readonly number[];
  readonly interests: InterestSignals;
  readonly recents: RecentSignals;
  readonly shownItems: ShownSignals;
  /** Interactions with event time in (now − windowMs, now]. */
  actionsWithin(windowMs: number, now: number): number;
  /** The same by type of interaction, those that occur. */
  actionsByType(windowMs: number, now: number): Readonly<Record<string, number>>;
  /** Decayed mean of the embeddings of items acted on; any positive scale. */
  readonly embedding: Float32Array | undefined;
}
