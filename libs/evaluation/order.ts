/**
 * From scores to an order. Equal scores are ordered by a hash of list and item: deterministic, and blind to
 * the order shown, which would leak the position effect into a model that cannot tell items apart.
 */
import { combine32, fnv1a32 } from '#kernel';

/** Indices of `scores`, best first. A score that is not a number goes last. */
export function orderByScore(
  listId: string,
  itemIds: readonly string[],
  scores: ArrayLike<number>,
): number[] {
  const list = fnv1a32(listId);
  const ties = itemIds.map((id) => combine32(list, fnv1a32(id)));
  const value = (i: number): number => (Number.isNaN(scores[i]!) ? -Infinity : scores[i]!);
  return itemIds
    .map((_, i) => i)
    .sort((a, b) => (value(a) === value(b) ? ties[a]! - ties[b]! : value(b) - value(a)));
}
