/** The tables of ratings, and their bounds. They take memory only where there are ratings. */
import { LabelBiases } from './label-biases.js';
import { RatingRows } from './rating-rows.js';
import { RatingScale } from './rating-scale.js';

export const RATED_USERS_MAX = 1_000_000;
export const RATED_ITEMS_MAX = 200_000;
export const RATING_LABEL_ROWS_MAX = 2_000_000;
const USER_VARIANCE = 0.16;
const ITEM_VARIANCE = 0.2;

export interface RatingTables {
  readonly ratings: RatingScale;
  readonly ratingUsers: RatingRows;
  readonly ratingItems: RatingRows;
  readonly ratingLabels: LabelBiases;
}

export function newRatingTables(): RatingTables {
  return {
    ratings: new RatingScale(),
    ratingUsers: new RatingRows({ rowsMax: RATED_USERS_MAX, variance: USER_VARIANCE, seed: 1 }),
    ratingItems: new RatingRows({ rowsMax: RATED_ITEMS_MAX, variance: ITEM_VARIANCE, seed: 2 }),
    ratingLabels: new LabelBiases(RATING_LABEL_ROWS_MAX),
  };
}
