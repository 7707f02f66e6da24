/** Streams of ratings in MovieLens' formats; by default MovieTweetings. What is asked of them stands in a file each. */
import { basename } from 'node:path';
import type { Upsert } from '#events';
import { positiveInteger } from '../../../terminal/arguments.js';
import { UsageError } from '../../../terminal/exit.js';
import type { Dataset, EvaluationContext } from '../../dataset.js';
import { readFilms, readRatings } from './ratings.js';
import { evaluateRatings } from './rating.js';
import { evaluateTopN } from './top-n.js';

const RATINGS = 'movietweetings-100k/ratings.dat';
const FILMS: readonly (readonly [pattern: RegExp, films: string])[] = [
  [/^u\.data/, 'ml-100k/u.item'],
  [/\.csv/, 'movielens/movies.csv'],
  [/./, 'movietweetings-100k/movies.dat'],
];

export const movielens: Dataset = {
  name: 'movielens',
  summary:
    'Streams of ratings (MovieTweetings, MovieLens): which film does the user take to next, or with --rating: what is it rated?',
  examples: [
    'REKAPPA_DATA=~/data rekappa evaluate movielens --plot curves.svg',
    'rekappa evaluate movielens --data-file ml-100k/u.data --json',
    'rekappa evaluate movielens --rating --data-folder ml-100k --plot mae.svg',
  ],
  ablates: ['next items', 'channels'],
  without: ({ rating }) => (rating === true ? ['ablate'] : []),
  configure(command) {
    command
      .option('--rating', 'predict the ratings themselves (MAE, RMSE) instead of the next film', false)
      .option(
        '--every <n>',
        'foretell the next film at every nth rating only, and learn them all: faster, for --ablate; not with --rating',
        positiveInteger,
        1,
      );
  },
  async run(context) {
    if (context.options.rating === true) {
      if (context.options.every !== 1)
        throw new UsageError('--every says nothing to --rating, which predicts every rating');
      return evaluateRatings(context);
    }
    const path = await context.file(RATINGS);
    const file = await readRatings(path);
    return evaluateTopN(context, file, await films(context, path));
  },
};

/** Titles and genres, where the data set has them. */
async function films(context: EvaluationContext, ratings: string): Promise<ReadonlyMap<string, Upsert>> {
  const relative = FILMS.find(([pattern]) => pattern.test(basename(ratings)))![1];
  try {
    return await readFilms(await context.file(relative));
  } catch (error) {
    if (error instanceof UsageError) return new Map();
    throw error;
  }
}
