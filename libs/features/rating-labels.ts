/** What an engagement says of its item, and a rating of the user besides: labels, as feature indices. */
import { RATING_LABELS_MAX } from '#events';
import type { ItemSignals } from './item-signals.js';
import type { UserSignals } from './user-signals.js';

/** The item's categories, then its tags: the first RATING_LABELS_MAX. */
export function itemLabels(item: ItemSignals | undefined): readonly number[] {
  return item?.hashes.first ?? [];
}

/** The user's attributes, by name: the first RATING_LABELS_MAX. */
export function userLabels(user: Pick<UserSignals, 'profileHashes'>): readonly number[] {
  return user.profileHashes.slice(0, RATING_LABELS_MAX);
}

export interface RatingLabels {
  readonly itemLabels: readonly number[];
  readonly userLabels: readonly number[];
}

/** What a rating may depend on besides who rated what. */
export function ratingLabels(
  user: Pick<UserSignals, 'profileHashes'>,
  item: ItemSignals | undefined,
): RatingLabels {
  return { itemLabels: itemLabels(item), userLabels: userLabels(user) };
}
