/**
 * Prequential next-item recommendation. At each rating the user is recommended TOP items out of all films rated so far
 * by anybody and not by them, by the code that serves; then the rating is played: whatever its value, the film was the
 * next one they took to. A film that nobody has rated before is nobody's hit.
 */
import {
  decayedPopularity,
  isgd,
  MISSED,
  NextItemReport,
  windowedPopularity,
  type NextItemEvent,
  type NextItemModel,
} from '#evaluation';
import type { Upsert } from '#events';
import { CliError } from '../../../terminal/exit.js';
import { rehearsalOf } from '../../context.js';
import type { Comparison, EvaluationContext, EvaluationReport, ReportTable } from '../../dataset.js';
import { LiveRecommendations } from './live-recommendations.js';
import type { RatingsFile } from './ratings.js';

export const TOP = 20;
const SERVED = 'served';
/** Nothing is explored, and genres, of which every film has several, cap nothing. */
const DEFAULTS = ['serving.explore=0', 'serving.newItemShare=0', `serving.perCategoryMax=${TOP}`];
const STRETCH = 5_000;
const SEED = 1;

export async function evaluateTopN(
  context: EvaluationContext,
  { ratings, refused }: RatingsFile,
  films: ReadonlyMap<string, Upsert>,
): Promise<EvaluationReport> {
  const settings = context.settingsWith(DEFAULTS);
  const live = new LiveRecommendations(rehearsalOf(settings), settings.serving, films);
  const baselines = baselineModels();
  const report = new NextItemReport([SERVED, ...baselines.map((model) => model.name)]);
  const users = new Numbers();
  const items = new Numbers();
  const taken: Set<number>[] = [];
  const progress = context.progress('evaluate', ratings.length, 'ratings');
  let repeated = 0;
  for (const [position, rating] of ratings.entries()) {
    if (position % 64 === 0) await new Promise(setImmediate);
    if (context.signal.aborted) throw new CliError('interrupted');
    progress.update(position);
    const known = items.has(rating.item);
    const event = { user: users.of(rating.user), item: items.of(rating.item), at: rating.at };
    const seen = (taken[event.user] ??= new Set());
    if (seen.has(event.item)) {
      repeated++;
      continue;
    }
    const served = live.rank(rating, TOP);
    report.add([served, ...baselines.map((model) => rankOf(model, event, known, seen))], seen.size > 0);
    live.take(rating);
    for (const model of baselines) model.learn(event);
    seen.add(event.item);
  }
  progress.stop(ratings.length);
  const best = bestBaseline(report);
  return {
    dataset: 'movielens',
    input: { ratings: report.size, refused, repeated, users: users.size, items: items.size },
    tables: [...tables(report, context.options.last), live.timings(), live.channels()],
    comparisons: comparisons(report, best, context.options.last),
    curves: [10, 20].map((k) => ({
      title: `recall@${k}, each ${STRETCH.toLocaleString('en')} ratings`,
      xLabel: 'ratings',
      yLabel: `recall@${k}`,
      series: [0, best].map((model) => ({
        name: report.names[model]!,
        points: report.curve(model, k, STRETCH),
      })),
    })),
  };
}

/** Popularity over a grid around its best, and ISGD with the best of a search over k, η and λ. */
function baselineModels(): NextItemModel[] {
  return [
    ...[12, 24, 36, 48, 72].map(decayedPopularity),
    ...[48, 72, 96].map(windowedPopularity),
    isgd({ factors: 10, rate: 0.1, regularisation: 0.01, seed: SEED }),
  ];
}

function rankOf(
  model: NextItemModel,
  event: NextItemEvent,
  known: boolean,
  taken: ReadonlySet<number>,
): number {
  return known ? Math.min(model.rank(event, taken), MISSED) : MISSED;
}

/** The one with the highest recall@10 over all events, in hindsight. */
function bestBaseline(report: NextItemReport): number {
  let best = 1;
  for (let model = 2; model < report.names.length; model++)
    if (report.recall(model, 10) > report.recall(best, 10)) best = model;
  return best;
}

const SLICES = (last: number) => [
  { of: 'all ratings', slice: {} },
  { of: 'ratings of users seen before', slice: { returning: true } },
  { of: `the last ${Math.round(last * 100)} % of all ratings`, slice: { last } },
];

function tables(report: NextItemReport, last: number): ReportTable[] {
  return SLICES(last).map(({ of, slice }) => ({
    title: `${of}: ${report.count(slice).toLocaleString('en')}`,
    columns: ['model', 'recall@10', 'recall@20', 'MRR@20'],
    rows: report.names.map((name, model) => [
      name,
      report.recall(model, 10, slice),
      report.recall(model, 20, slice),
      report.mrr(model, TOP, slice),
    ]),
  }));
}

function comparisons(report: NextItemReport, best: number, last: number): Comparison[] {
  return SLICES(last).flatMap(({ of, slice }) =>
    [10, 20].map((k) => ({
      metric: `recall@${k}`,
      a: SERVED,
      b: report.names[best]!,
      of,
      ...report.compare(0, best, k, slice),
    })),
  );
}

/** Dense numbers for ids, in order of first appearance. */
class Numbers {
  private readonly numbers = new Map<string, number>();

  get size(): number {
    return this.numbers.size;
  }

  has(id: string): boolean {
    return this.numbers.has(id);
  }

  of(id: string): number {
    let number = this.numbers.get(id);
    if (number === undefined) this.numbers.set(id, (number = this.numbers.size));
    return number;
  }
}
