/** What the user would rate an item, where users rate items: a field of the answer, or none. */
import type { Item } from '#catalogue';
import { ratingLabels } from '#features';
import type { ScoredUser } from './candidate-scorer.js';
import type { RankingModel } from './ranking-model.js';
import type { RankedItem } from './request.js';

export function predictedRating(
  model: RankingModel,
  user: ScoredUser,
  itemKey: number,
  item: Item | undefined,
): Pick<RankedItem, 'predictedRating'> {
  const prediction = model.rating?.(user.userKey, itemKey, ratingLabels(user, item));
  return prediction ? { predictedRating: prediction } : {};
}
