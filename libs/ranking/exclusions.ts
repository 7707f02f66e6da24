/**
 * What a user's own past keeps out of a list. Bought and disliked items never come back, and what the request
 * excludes does not appear; what else the user took to, and the host still remembers, stays out as long as
 * there is anything else to show.
 */
import { key53 } from '#kernel';
import type { TastingUser } from '#recall';

/** What ranking reads of a user; libs/interest's UserState has this shape. */
export interface RankableUser extends TastingUser {
  /** key53 of the user's id. */
  readonly userKey: number;
  /** key53 of items bought or disliked, as far as remembered. */
  readonly purchased: { values(): readonly number[] };
  readonly disliked: { values(): readonly number[] };
  /** See libs/interest's segments. */
  readonly segmentName: string;
}

export interface Exclusions {
  /** Never. */
  readonly refused: ReadonlySet<number>;
  /** Not while there is anything else. */
  readonly acted: ReadonlySet<number>;
}

export function exclusionsOf(user: RankableUser, excludedIds: readonly string[]): Exclusions {
  const refused = new Set([...user.purchased.values(), ...user.disliked.values(), ...excludedIds.map(key53)]);
  return { refused, acted: new Set(user.recents.keys) };
}
