/** The report of a log of lists and clicks, whichever data set it comes from. */
import { MAIN_METRIC } from '#evaluation';
import { positionBias } from '#learning';
import { CliError } from '../terminal/exit.js';
import { pointComparisons, rankComparisons } from './comparisons.js';
import { calibrationCurves, lossCurve, rankCurve } from './curves.js';
import type { EvaluationReport, SharedOptions } from './dataset.js';
import { pointHeadlines, rankHeadlines } from './headlines.js';
import { SERVED } from './live-scorer.js';
import type { Prequential } from './prequential.js';
import { exposureTable, goalTables, listTables, pointTables, positionTables, timingTable } from './tables.js';

export interface ClickLogReport {
  /** What the data set says of its input. */
  readonly input: EvaluationReport['input'];
  /** Below the table of the newest lists. */
  readonly note?: string;
}

/** @throws CliError when no list has a click */
export function reportOf(
  dataset: string,
  prequential: Prequential,
  options: Pick<SharedOptions, 'last' | 'compare'>,
  { input, note }: ClickLogReport,
): EvaluationReport {
  prequential.end();
  const { lists, points, rehearsal, timings } = prequential;
  if (lists.ranks.lists() === 0) throw new CliError('the log has no list with a click: nothing to evaluate');
  const goals = rehearsal.model.goalValidation.report();
  const slots = positionBias(rehearsal.model.scorer.tables);
  return {
    dataset,
    input: {
      ...input,
      items: prequential.catalogueSize,
      users: points.userCount,
      lists: lists.lists,
      samples: rehearsal.model.samples,
      waiting: rehearsal.model.held.size,
    },
    tables: [
      ...listTables(lists, options.last, note),
      ...pointTables(points, options.last),
      ...goalTables(goals),
      ...positionTables(slots),
      exposureTable(lists.exposureRows(prequential.catalogueSize)),
      timingTable(Object.values(timings)),
    ],
    comparisons: [
      ...rankComparisons(lists, MAIN_METRIC, SERVED, options),
      ...pointComparisons(points, SERVED, options),
    ],
    headlines: [
      ...rankHeadlines(lists, MAIN_METRIC, SERVED, options.last),
      ...pointHeadlines(points, SERVED, options.last),
    ],
    curves: [
      rankCurve(lists, MAIN_METRIC, SERVED),
      lossCurve(points, SERVED),
      calibrationCurves(points, [SERVED, 'item CTR']),
    ],
    details: { progressive: rehearsal.model.report(), goals, slots, calibration: points.calibration(SERVED) },
  };
}
