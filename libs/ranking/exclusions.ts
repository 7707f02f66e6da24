/**
 * What keeps items out of a list: a user's own past, and what the request's filter and rules have been found to say. Bought and
 * disliked items never come back, and what the request excludes does not appear; what else the user took to, and the host still
 * remembers, stays out as long as there is anything else to show.
 */
import { key53 } from '#kernel';
import { SlotMarks, type RecallIndex, type TastingUser } from '#recall';

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

/** Slots of what a user does not get, as far as it is known; reused from request to request. */
export class Exclusions {
  /** Never. */
  readonly refused = new SlotMarks();
  /** Not while there is anything else. */
  readonly acted = new SlotMarks();
  /** Let through by filter and rules: what these refuse is marked as refused, so that nothing is judged twice. */
  readonly passed = new SlotMarks();

  begin(index: RecallIndex, user: RankableUser, excludedIds: readonly string[]): void {
    const { refused, acted, passed } = this;
    for (const marks of [refused, acted, passed]) marks.clear(index.slotCount);
    for (const key of user.purchased.values()) refused.mark(index.slotOf(key));
    for (const key of user.disliked.values()) refused.mark(index.slotOf(key));
    for (const id of excludedIds) refused.mark(index.slotOf(key53(id)));
    for (const key of user.recents.keys) acted.mark(index.slotOf(key));
  }
}
