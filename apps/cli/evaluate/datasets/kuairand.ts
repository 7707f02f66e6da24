/**
 * KuaiRand-Pure: exposures of short videos, one at a time. Each is predicted, then folded, then learnt from: one
 * prediction a row, made before anything of the row is known. The log has no requests: what a user was shown on one day in
 * one tab is a list, ranked at its first row.
 */
import { MAIN_METRIC } from '#evaluation';
import type { Impression } from '#events';
import { openKuaiRand, type KuaiRandFiles } from '../../sources/kuairand-source.js';
import { CliError } from '../../terminal/exit.js';
import { ClickPrediction, type RateKey } from '../click-prediction.js';
import { checkCompared, pointComparisons, rankComparisons } from '../comparisons.js';
import { rehearsalOf } from '../context.js';
import { calibrationCurves, lossCurve, rankCurve } from '../curves.js';
import type { Dataset } from '../dataset.js';
import { EXPOSED, ListItems, type ItemsOfLists } from '../day-lists.js';
import { pointHeadlines, rankHeadlines } from '../headlines.js';
import { SERVED } from '../live-scorer.js';
import { playSource } from '../play.js';
import { exposureTable, goalTables, pointTables, rankTable, timingTable } from '../tables.js';

/**
 * - 44 % of the exposures are clicked: a negative weighs what a positive does.
 * - The log times exposures, not clicks: the click of a row comes with the row, and what is not clicked counts as such one
 *   second later. A longer window would only make the learner wait.
 * - The label is the click; likes and the rest are signals of interest that come after it.
 */
export const KUAIRAND_SETTINGS: readonly string[] = [
  'model.noClickWeight=1',
  'interest.attributionSeconds=1',
  'interest.positiveTypes=click',
  'model.holdSeconds=1',
];
/** Of `recent popularity`: in an hour there is a click on one video in twenty. */
const RECENT_SECONDS = 86_400;
const RATES: Readonly<Record<string, RateKey>> = {
  overall: () => '',
  user: ({ userId }) => userId,
  brand: (_, __, brand) => brand,
  'user × brand': ({ userId }, _, brand) => `${userId} ${brand}`,
};
const DAY_MS = 86_400_000;
/** Days are those of the users, in China. */
const ZONE_MS = 8 * 3_600_000;
const LISTS = 'lists with something clicked and something not';
const METRICS = ['NDCG@3', MAIN_METRIC, 'MRR', 'hit@1', 'recall@1', 'recall@3', 'precision@3', 'F1@3'];
const KNOWN =
  'On the 154,071 rows of 25 April to 3 May: Vowpal Wabbit .6021 and AUC .7215 on raw fields, .5934 and .7336 with running rates';

export const kuairand: Dataset = {
  name: 'kuairand',
  summary: 'KuaiRand-Pure: short videos shown one by one, clicked or not (44 %).',
  ablates: ['features'],
  async run(context) {
    const files = {
      log: await context.file('kuairand-pure/log_standard_0425_0503.csv.gz'),
      videos: await context.file('kuairand-pure/video_features_basic_pure.csv.gz'),
      users: await context.file('kuairand-pure/user_features_pure.csv.gz'),
    };
    const prediction = new ClickPrediction(rehearsalOf(context.settingsWith(KUAIRAND_SETTINGS)), {
      recentSeconds: RECENT_SECONDS,
      rates: RATES,
      lists: { of: dayAndTab, items: await listItems(files, context.signal) },
    });
    checkCompared(context.options, prediction.points);
    const played = await playSource(context, await openKuaiRand(files), (event) => prediction.play(event));
    prediction.end();
    const { points, rehearsal, timings } = prediction;
    const lists = prediction.lists!.report;
    if (points.samples() === 0) throw new CliError('the log has no exposure: nothing to evaluate');
    const { last } = context.options;
    const ranked = lists.ranks.lists() > 0;
    const [all, newest] = pointTables(points, last);
    const goals = rehearsal.model.goalValidation.report();
    return {
      dataset: 'kuairand',
      input: {
        ...played,
        items: rehearsal.log.catalogue.size,
        users: points.userCount,
        lists: lists.lists,
        settings: KUAIRAND_SETTINGS.join(' '),
      },
      tables: [
        { ...all!, note: KNOWN },
        newest!,
        ...[1, last].map((share) => rankTable(lists, METRICS, share, LISTS)),
        exposureTable(lists.exposureRows(rehearsal.log.catalogue.size), EXPOSED),
        ...goalTables(goals),
        timingTable(timings),
      ],
      comparisons: [
        ...pointComparisons(points, SERVED, context.options),
        ...(ranked ? rankComparisons(lists, MAIN_METRIC, SERVED, context.options, 'lists') : []),
      ],
      headlines: [
        ...pointHeadlines(points, SERVED, last),
        ...(ranked ? rankHeadlines(lists, MAIN_METRIC, SERVED, last) : []),
      ],
      curves: [
        lossCurve(points, SERVED),
        calibrationCurves(points, [SERVED]),
        rankCurve(lists, MAIN_METRIC, SERVED, LISTS),
      ],
      details: { progressive: rehearsal.model.report(), goals, calibration: points.calibration(SERVED) },
    };
  },
};

/** Tabs are places of the app, each with a stream of its own. */
export function dayAndTab({ userId, timestamp, context }: Impression): { listId: string; day: number } {
  const day = Math.floor((timestamp + ZONE_MS) / DAY_MS);
  return { listId: `${userId} ${day} ${String(context?.tab)}`, day };
}

/** The log is read once beforehand, for which videos a list will have. */
async function listItems(files: KuaiRandFiles, signal: AbortSignal): Promise<ItemsOfLists> {
  const lists = new ListItems(dayAndTab);
  for await (const entry of (await openKuaiRand(files)).entries()) {
    if (signal.aborted) throw new CliError('interrupted');
    if ('event' in entry) lists.add(entry.event);
  }
  return lists.items;
}
