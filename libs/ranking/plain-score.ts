/** Orders that need no learner: to compare the model's with, over the same candidates. */
import type { RankingModel } from './ranking-model.js';

export const PLAIN_SCORES = ['trending', 'item-ctr'] as const;
export type PlainScore = (typeof PLAIN_SCORES)[number];

const TRENDING_WINDOW_SECONDS = 3_600;

export function plainScore(by: PlainScore, model: RankingModel, itemKey: number, now: number): number {
  switch (by) {
    case 'trending':
      return Math.log1p(model.statistics.popularity(itemKey, now, TRENDING_WINDOW_SECONDS));
    case 'item-ctr':
      return Math.log(model.ctr(itemKey));
  }
}
