/**
 * What a user's own past keeps out of a list. Bought and disliked items never come back; what else the user acted
 * on, and the host still remembers, stays out as long as there is anything else to show.
 */
import type { UserSignals } from '#features';

/** libs/interest's UserState has this shape. */
export interface RankableUser extends UserSignals {
  /** key53 of items bought or disliked, as far as remembered. */
  refusedKeys(): Iterable<number>;
  /** key53 of all items the user acted on in whatever way, as far as remembered. */
  actedKeys(): Iterable<number>;
}

export interface Exclusions {
  /** Never. */
  readonly refused: ReadonlySet<number>;
  /** Not while there is anything else. */
  readonly acted: ReadonlySet<number>;
}

export function exclusionsOf(user: RankableUser, excludedKeys: readonly number[]): Exclusions {
  return { refused: new Set([...user.refusedKeys(), ...excludedKeys]), acted: new Set(user.actedKeys()) };
}
