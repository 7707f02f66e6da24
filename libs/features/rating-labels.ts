/** What a rating may depend on besides who rated what: labels of the item and of the user, as feature indices. */
import { RATING_LABELS_MAX } from '#events';
import type { ItemSignals } from './item-signals.js';
import type { UserSignals } from './user-signals.js';

export interface RatingLabels {
  readonly itemLabels: readonly number[];
  readonly userLabels: readonly number[];
}

/** The item's categories, then its tags; the user's attributes by name. The first RATING_LABELS_MAX of each. */
export function ratingLabels(
  user: Pick<UserSignals, 'profileHashes'>,
  item: ItemSignals | undefined,
): RatingLabels {
  const { categories = [], tags = [] } = item?.hashes ?? {};
  return {
    itemLabels: [...categories, ...tags].slice(0, RATING_LABELS_MAX),
    userLabels: user.profileHashes.slice(0, RATING_LABELS_MAX),
  };
}
