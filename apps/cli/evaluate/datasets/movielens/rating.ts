/**
 * `--rating`: progressive validation with River's protocol. Ratings in order of time, each predicted, then learnt, and every
 * one counts. Ours is what a host would answer: the events go through the live fold, FEEDBACK and the model.
 */
import {
  clipped,
  LiveRehearsal,
  pairedBootstrap,
  RatingReport,
  riverBaseline,
  riverBiasedMf,
  runningMean,
  Timing,
} from '#evaluation';
import type { Interaction } from '#events';
import { ratingLabels } from '#features';
import { key53 } from '#kernel';
import { ModelReplica } from '#learning';
import { openRatings } from '../../../sources/ratings/ratings-source.js';
import { CliError, UsageError } from '../../../terminal/exit.js';
import { pairsOf } from '../../comparisons.js';
import { rehearsalOf } from '../../context.js';
import type { Comparison, EvaluationContext, EvaluationReport, ReportTable } from '../../dataset.js';
import { playSource } from '../../play.js';
import { timingTable } from '../../tables.js';

const FOLDER = 'movietweetings-100k';
const RATINGS = ['ratings.dat', 'u.data', 'ratings.csv'];
const ITEMS = ['movies.dat', 'u.item', 'movies.csv'];
const USERS = ['users.dat', 'u.user'];
const MEDIAN = 'rekappa median';
const MEAN = 'rekappa mean';
const RIVAL = 'River BiasedMF';
const SEED = 1;
const RESAMPLES = 1_000;

export async function evaluateRatings(context: EvaluationContext): Promise<EvaluationReport> {
  const source = await openRatings({
    ratings: await required(context, RATINGS),
    items: await optional(context, ITEMS),
    users: await optional(context, USERS),
  });
  const baselines = [runningMean(), riverBaseline(), riverBiasedMf()].map((predictor) =>
    clipped(predictor, source.low, source.high),
  );
  const report = new RatingReport([...baselines.map(({ name }) => name), MEAN, MEDIAN]);
  const columns = report.names.map((name) => ({ name }));
  const pairs = pairsOf(columns, RIVAL, MEDIAN, context.options.compare);
  const rehearsal = new LiveRehearsal(rehearsalOf(context.settings));
  const replica = ModelReplica.of(rehearsal.model);
  const timings = { predict: new Timing('predict'), update: new Timing('fold and learn an event') };
  const seen = { users: new Set<string>(), items: new Set<string>() };
  const predictions = ({ userId, itemId, value = 0 }: Interaction): number[] => {
    const theirs = baselines.map((baseline) => baseline.predict(userId, itemId));
    const ours = timings.predict.measure(() => {
      const user = rehearsal.user(userId) ?? { profileHashes: [] };
      const labels = ratingLabels(user, rehearsal.log.catalogue.get(itemId));
      return replica.rating(key53(userId), key53(itemId), labels);
    });
    for (const baseline of baselines) baseline.learn(userId, itemId, value);
    return [...theirs, ours?.mean ?? theirs[0]!, ours?.median ?? theirs[0]!];
  };
  const { refused } = await playSource(context, source, (event) => {
    if (event.kind === 'interaction') {
      seen.users.add(event.userId);
      seen.items.add(event.itemId);
      report.add(event.value ?? 0, predictions(event));
    }
    timings.update.measure(() => rehearsal.append(event));
  });
  if (report.ratings === 0) throw new CliError('the file has no rating');
  const { last } = context.options;
  return {
    dataset: 'movielens --rating',
    input: {
      ratings: report.ratings,
      refused,
      users: seen.users.size,
      items: seen.items.size,
      scale: `${source.low} to ${source.high}`,
    },
    tables: [...[1, last].map((share) => table(report, share)), timingTable(Object.values(timings))],
    comparisons: pairs.flatMap(([a, b]) => [1, last].map((share) => compare(report, a, b, share))),
    curves: [
      {
        title: 'Progressive MAE',
        xLabel: 'ratings',
        yLabel: 'MAE of all so far',
        series: report.names.map((name) => ({ name, points: report.curve(name) })),
      },
    ],
  };
}

function table(report: RatingReport, share: number): ReportTable {
  const rows = report.rows(share);
  const rival = rows.find(({ name }) => name === RIVAL)!;
  return {
    title: share === 1 ? 'All ratings' : `The last ${Math.round(share * 100)} % of them`,
    columns: ['model', 'MAE', 'RMSE', `MAE of ${RIVAL} saved`],
    rows: rows.map(({ name, mae, rmse }) => [
      name,
      mae,
      rmse,
      `${((1 - mae / rival.mae) * 100).toFixed(1)} %`,
    ]),
    ...(share === 1 && { note: 'River’s predictors know the ends of the scale beforehand; ours do not.' }),
  };
}

/** Of absolute errors, so that more is better for b, by default ours: a's minus b's. */
function compare(report: RatingReport, a: string, b: string, share: number): Comparison {
  return {
    metric: 'MAE saved',
    a,
    b,
    of: share === 1 ? 'all ratings' : `the last ${Math.round(share * 100)} % of them`,
    ...pairedBootstrap(report.errorsOf(a, share), report.errorsOf(b, share), SEED, RESAMPLES),
  };
}

async function required(context: EvaluationContext, names: readonly string[]): Promise<string> {
  const found = await optional(context, names);
  // The first name's own error says where it was looked for.
  return found ?? context.file(`${FOLDER}/${names[0]}`);
}

async function optional(context: EvaluationContext, names: readonly string[]): Promise<string | undefined> {
  for (const name of names) {
    try {
      return await context.file(`${FOLDER}/${name}`);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
    }
  }
  return undefined;
}
