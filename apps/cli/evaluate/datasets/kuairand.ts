/**
 * KuaiRand-Pure: exposures of short videos, one at a time. Each is predicted, then folded, then learnt from: one
 * prediction a row, made before anything of the row is known.
 */
import { openKuaiRand } from '../../sources/kuairand-source.js';
import { CliError } from '../../terminal/exit.js';
import { ClickPrediction } from '../click-prediction.js';
import { checkCompared, pointComparisons } from '../comparisons.js';
import { rehearsalOf } from '../context.js';
import { calibrationCurves, lossCurve } from '../curves.js';
import type { Dataset } from '../dataset.js';
import { pointHeadlines } from '../headlines.js';
import { SERVED } from '../live-scorer.js';
import { playSource } from '../play.js';
import { goalTables, pointTables, timingTable } from '../tables.js';

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
const KNOWN =
  'On the 154,071 rows of 25 April to 3 May: Vowpal Wabbit .6021 and AUC .7215 on raw fields, .5934 and .7336 with running rates';

export const kuairand: Dataset = {
  name: 'kuairand',
  summary: 'KuaiRand-Pure: short videos shown one by one, clicked or not (44 %).',
  ablates: ['features'],
  async run(context) {
    const source = await openKuaiRand({
      log: await context.file('kuairand-pure/log_standard_0425_0503.csv.gz'),
      videos: await context.file('kuairand-pure/video_features_basic_pure.csv.gz'),
      users: await context.file('kuairand-pure/user_features_pure.csv.gz'),
    });
    const prediction = new ClickPrediction(rehearsalOf(context.settingsWith(KUAIRAND_SETTINGS)));
    checkCompared(context.options, prediction.points);
    const played = await playSource(context, source, (event) => prediction.play(event));
    prediction.end();
    const { points, rehearsal, timings } = prediction;
    if (points.samples() === 0) throw new CliError('the log has no exposure: nothing to evaluate');
    const [all, last] = pointTables(points, context.options.last);
    const goals = rehearsal.model.goalValidation.report();
    return {
      dataset: 'kuairand',
      input: {
        ...played,
        items: rehearsal.log.catalogue.size,
        users: points.userCount,
        settings: KUAIRAND_SETTINGS.join(' '),
      },
      tables: [{ ...all!, note: KNOWN }, last!, ...goalTables(goals), timingTable(Object.values(timings))],
      comparisons: pointComparisons(points, SERVED, context.options),
      headlines: pointHeadlines(points, SERVED, context.options.last),
      curves: [lossCurve(points, SERVED), calibrationCurves(points, [SERVED])],
      details: { progressive: rehearsal.model.report(), goals, calibration: points.calibration(SERVED) },
    };
  },
};
