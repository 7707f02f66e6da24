/**
 * Prequential next-item recommendation. At each rating the user is recommended TOP items out of all films rated so far
 * by anybody and not by them, by the code that serves; then the rating is played: whatever its value, the film was the
 * next one they took to. A film that nobody has rated before is nobody's hit. With `--every n` only each nth rating is
 * foretold, and all are learnt: the same figures from fewer lists, in half the time.
 */
import {
  decayedPopularity,
  isgd,
  ItemPopularity,
  randomItems,
  TopNReport,
  windowedPopularity,
  type NextItemModel,
} from '#evaluation';
import type { Upsert } from '#events';
import { itemDistance } from '#ranking';
import { CliError } from '../../../terminal/exit.js';
import { checkCompared, rankComparisons } from '../../comparisons.js';
import { rehearsalOf } from '../../context.js';
import { stretchCurve } from '../../curves.js';
import type { EvaluationContext, EvaluationReport } from '../../dataset.js';
import { rankHeadlines } from '../../headlines.js';
import { exposureTable, rankTable } from '../../tables.js';
import { LiveRecommendations } from './live-recommendations.js';
import type { Ratings } from './ratings.js';

export const TOP = 20;
const SERVED = 'served';
/** Nothing is explored, and genres, of which every film has several, cap nothing. */
const DEFAULTS = ['serving.explore=0', 'serving.newItemShare=0', `serving.perCategoryMax=${TOP}`];
const SEED = 1;
/** One right answer a list: recall@k is the hit rate, and precision@k is recall@k / k. */
const METRICS = ['recall@10', 'recall@20', 'NDCG@10', 'NDCG@20', 'F1@10', 'MRR'];
const WHAT = 'ratings';
const RETURNING = 'ratings of users seen before';

export async function evaluateTopN(
  context: EvaluationContext,
  { ratings, refused }: Ratings,
  films: ReadonlyMap<string, Upsert>,
): Promise<EvaluationReport> {
  const settings = context.settingsWith(DEFAULTS);
  const live = new LiveRecommendations(rehearsalOf(settings), settings.serving, films);
  const baselines = baselineModels();
  const users = new Numbers();
  const items = new Numbers();
  const popularity = new ItemPopularity(() => items.size);
  const columns = [{ name: SERVED }, ...baselines.map(({ name }) => ({ name, baseline: true }))];
  checkCompared(context.options, { columns });
  const measures = { share: popularity.share, distance: itemDistance(live.catalogue) };
  const report = new TopNReport(columns, measures);
  const returning = new TopNReport(columns, measures);
  const taken: Set<number>[] = [];
  const every = Number(context.options.every);
  const progress = context.progress('evaluate', ratings.length, WHAT);
  let repeated = 0;
  for (const [position, rating] of ratings.entries()) {
    if (position % 64 === 0) await new Promise(setImmediate);
    if (context.signal.aborted) throw new CliError('interrupted');
    progress.update(position);
    const now = { user: users.of(rating.user), at: rating.at };
    const seen = (taken[now.user] ??= new Set());
    const item = items.find(rating.item);
    if (item !== undefined && seen.has(item)) {
      repeated++;
      continue;
    }
    if (position % every === 0) {
      const lists = [
        live.top(rating, TOP),
        ...baselines.map((model) => model.top(TOP, now, seen).map((number) => items.id(number))),
      ];
      report.add(rating.item, lists);
      if (seen.size > 0) returning.add(rating.item, lists);
    }
    live.take(rating);
    const event = { ...now, item: items.of(rating.item) };
    for (const model of baselines) model.learn(event);
    popularity.add(rating.item);
    seen.add(event.item);
  }
  progress.stop(ratings.length);
  const { last } = context.options;
  return {
    dataset: 'movielens',
    input: {
      ratings: ratings.length,
      lists: report.ranks.lists(),
      refused,
      repeated,
      users: users.size,
      items: items.size,
    },
    tables: [
      rankTable(report, METRICS, 1, WHAT),
      rankTable(returning, METRICS, 1, RETURNING),
      rankTable(report, METRICS, last, WHAT),
      exposureTable(report.exposureRows(items.size)),
      live.timings(),
      live.channels(),
    ],
    comparisons: ['recall@10', 'recall@20'].flatMap((metric) => [
      ...rankComparisons(report, metric, SERVED, context.options),
      ...rankComparisons(returning, metric, SERVED, context.options, RETURNING),
    ]),
    headlines: ['recall@10', 'recall@20'].flatMap((metric) => rankHeadlines(report, metric, SERVED, last)),
    curves: ['recall@10', 'recall@20'].map((metric) => stretchCurve(report, metric, SERVED, WHAT)),
  };
}

/** Popularity over a grid around its best, and ISGD at the best of η .05 and .1, λ .01 and .1: at λ .01 and η .1 it diverges. */
function baselineModels(): NextItemModel[] {
  return [
    randomItems(SEED),
    ...[Infinity, 12, 24, 36, 48, 72].map(decayedPopularity),
    ...[48, 72, 96].map(windowedPopularity),
    isgd({ factors: 10, rate: 0.1, regularisation: 0.1, seed: SEED }),
  ];
}

/** Dense numbers for ids, in order of first appearance. */
class Numbers {
  private readonly numbers = new Map<string, number>();
  private readonly ids: string[] = [];

  get size(): number {
    return this.numbers.size;
  }

  find(id: string): number | undefined {
    return this.numbers.get(id);
  }

  id(number: number): string {
    return this.ids[number]!;
  }

  of(id: string): number {
    let number = this.numbers.get(id);
    if (number === undefined) {
      this.numbers.set(id, (number = this.numbers.size));
      this.ids.push(id);
    }
    return number;
  }
}
