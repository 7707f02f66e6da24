/**
 * KDD Cup 2012 search ads: how likely each slot of a page of one to three ads is looked at, with what is shown there
 * controlled; and what taking the slot into account does for the prediction of clicks.
 */
import { Option } from 'commander';
import { DEBIAS_METHODS, type DebiasMethod } from '#learning';
import {
  kdd12Events,
  kdd12ItemId,
  KDD12_ITEMS,
  readKdd12Row,
  type Kdd12Item,
  type Kdd12Row,
} from '../../sources/kdd12.js';
import { LineReader } from '../../sources/line-reader.js';
import { CliError } from '../../terminal/exit.js';
import { positiveInteger } from '../../terminal/arguments.js';
import { ClickPrediction, type RateKey } from '../click-prediction.js';
import { checkCompared, pointComparisons } from '../comparisons.js';
import { rehearsalOf } from '../context.js';
import { calibrationCurves, lossCurve } from '../curves.js';
import type { Curve, Dataset, EvaluationContext, ReportTable } from '../dataset.js';
import { MODELS, SERVED } from '../live-scorer.js';
import { pointTables, timingTable } from '../tables.js';
import { slotCurves, type SlotCurves, type SlotTrial } from './kdd12-slots.js';

/** Rows are a second apart: two seconds tell clicked from unclicked. */
const ATTRIBUTION_SECONDS = 2;
const FILE = 'kdd12-clicks/click_prediction_small.csv.gz';
const RESAMPLES = 100;
/** Of `recent popularity`: rows are a second apart, so that it is the newest tenth of the file. */
const RECENT_SECONDS = 3_600;
const RATES: Readonly<Record<string, RateKey>> = {
  overall: () => '',
  slot: ({ depth, items }) => `${depth}.${items[0]!.position}`,
  user: ({ userId }) => userId,
  advertiser: (_, __, brand) => brand,
};

export const kdd12: Dataset = {
  name: 'kdd12',
  summary:
    'KDD Cup 2012 search ads: position decay by depth, relevance controlled, and clicks with their slots known.',
  configure(command) {
    command
      .addOption(
        new Option('--item <kind>', 'what counts as the same item').choices(KDD12_ITEMS).default('page'),
      )
      .addOption(
        new Option('--trial <kind>', 'what a trial is: a row of the file, or each of its impressions')
          .choices(['row', 'impression'])
          .default('row'),
      )
      .option('--resamples <n>', 'bootstrap resamples of the intervals', positiveInteger, RESAMPLES);
  },
  async run(context) {
    const rows = await readRows(context);
    const item = context.options.item as Kdd12Item;
    const repeat = context.options.trial === 'impression';
    const runs = DEBIAS_METHODS.map((method) => runOf(context, method));
    for (const { prediction } of runs) checkCompared(context.options, prediction.points);
    for (const run of runs) play(context, rows, item, repeat, run);
    const { prediction } = runs.find((run) => run.method === context.settings.debias.method)!;
    const { points, rehearsal } = prediction;
    const { last } = context.options;
    const trials = trialsOf(rows, repeat);
    const curves = slotCurves(
      trials,
      item,
      rehearsal.model.scorer.tables.examination,
      Number(context.options.resamples),
    );
    return {
      dataset: 'kdd12',
      input: {
        rows: rows.length,
        clicks: trials.reduce((sum, trial) => sum + trial.label, 0),
        trials: trials.length,
        item,
        users: points.userCount,
        samples: rehearsal.model.samples,
      },
      tables: [
        slotTable(curves),
        controlTable(curves),
        clickTable(runs),
        ...pointTables(points, last),
        timingTable(prediction.timings),
      ],
      comparisons: pointComparisons(points, SERVED, context.options),
      curves: [slotPlot(curves), lossCurve(points, SERVED), calibrationCurves(points, [SERVED])],
      details: {
        slots: curves,
        progressive: rehearsal.model.report(),
        calibration: points.calibration(SERVED),
      },
    };
  },
};

interface Run {
  readonly method: DebiasMethod;
  readonly prediction: ClickPrediction;
}

async function readRows(context: EvaluationContext): Promise<Kdd12Row[]> {
  const reader = await LineReader.open(await context.file(FILE));
  const rows: Kdd12Row[] = [];
  let line = 0;
  for await (const text of reader.lines()) {
    const row = readKdd12Row(text, line++);
    if (row) rows.push(row);
  }
  if (rows.length === 0) throw new CliError('the file has no row of KDD Cup 2012: nothing to evaluate');
  return rows;
}

/** With one way to take the slot into account. */
function runOf(context: EvaluationContext, method: DebiasMethod): Run {
  const settings = context.settingsWith([`interest.attributionSeconds=${ATTRIBUTION_SECONDS}`]);
  const rehearsed = rehearsalOf(settings);
  const debias = { ...rehearsed.model.debias, method };
  const prediction = new ClickPrediction(
    { ...rehearsed, model: { ...rehearsed.model, debias } },
    { recentSeconds: RECENT_SECONDS, rates: RATES, placed: true },
  );
  return { method, prediction };
}

/** The whole file through the live fold and learner. */
function play(
  context: EvaluationContext,
  rows: readonly Kdd12Row[],
  item: Kdd12Item,
  repeat: boolean,
  { method, prediction }: Run,
): void {
  const progress = context.progress(`debias.method=${method}`, rows.length, 'rows');
  let ticks = 0;
  let rowsPlayed = 0;
  for (const row of rows) {
    if (context.signal.aborted) throw new CliError('interrupted');
    for (const event of kdd12Events(row, item, repeat, () => ticks++))
      if (event.kind !== 'tick') prediction.play(event);
    progress.update(++rowsPlayed, rowsPlayed);
  }
  prediction.end();
  progress.stop(rowsPlayed, rowsPlayed);
}

function trialsOf(rows: readonly Kdd12Row[], repeat: boolean): SlotTrial[] {
  return rows.flatMap((row) =>
    [...kdd12Events(row, 'page', repeat, () => 0)]
      .filter((event) => event.kind === 'impression')
      .map((_, time) => ({
        items: Object.fromEntries(KDD12_ITEMS.map((kind) => [kind, kdd12ItemId(row, kind)])) as Record<
          Kdd12Item,
          string
        >,
        depth: row.depth,
        position: row.position,
        label: (time < (repeat ? row.clicks : Math.min(row.clicks, 1)) ? 1 : 0) as 0 | 1,
      })),
  );
}

function slotTable({ slots }: SlotCurves): ReportTable {
  return {
    title: 'click rate by slot, and how likely the slot is looked at (slot 1 of the same depth: 1)',
    columns: [
      'depth',
      'slot',
      'trials',
      'click rate',
      'its ratio',
      'EM',
      'of ratio',
      'low',
      'high',
      'relevance',
      'θ·γ',
      'of rate',
    ],
    rows: slots.map((slot) => [
      slot.depth,
      slot.position,
      slot.trials,
      slot.rate,
      slot.ratio,
      slot.examination,
      slot.examination / slot.ratio,
      slot.low,
      slot.high,
      slot.relevance,
      slot.predicted,
      slot.predicted / slot.rate,
    ]),
    note: 'EM: the live model’s curve after one pass, relevance controlled within items; 95 % intervals by bootstrap over items. θ·γ: the click rate to be expected from the curve and the mean relevance of the items there.',
  };
}

function controlTable({ controls }: SlotCurves): ReportTable {
  return {
    title: 'the curve by itself, relevance controlled within items of each kind, one pass over the trials',
    columns: ['item', 'depth', 'slot', 'EM', 'low', 'high'],
    rows: controls.flatMap(({ item, slots }) =>
      slots
        .filter(({ position }) => position > 1)
        .map((slot) => [item, slot.depth, slot.position, slot.examination, slot.low, slot.high]),
    ),
  };
}

function clickTable(runs: readonly Run[]): ReportTable {
  return {
    title: 'each way to take the slot into account: clicks predicted when shown, the slot known',
    columns: ['debias.method', 'model', 'AUC', 'log loss', 'NE', 'calibration', 'ECE'],
    rows: runs.flatMap(({ method, prediction }) =>
      prediction.points
        .rows()
        .filter(({ name }) => MODELS.some((model) => model === name))
        .map((row) => [
          method,
          row.name,
          row.auc,
          row.logLoss,
          row.normalisedEntropy,
          row.calibration,
          row.calibrationError,
        ]),
    ),
  };
}

function slotPlot({ slots }: SlotCurves): Curve {
  const deep = slots.filter(({ depth }) => depth > 1);
  const series = [...new Set(deep.map(({ depth }) => depth))].flatMap((depth) => {
    const own = deep.filter((slot) => slot.depth === depth);
    return [
      { name: `click rate, depth ${depth}`, points: own.map((s) => [s.position, s.ratio] as const) },
      { name: `EM, depth ${depth}`, points: own.map((s) => [s.position, s.examination] as const) },
    ];
  });
  return {
    title: 'how likely a slot is looked at',
    xLabel: 'slot',
    yLabel: 'relative to slot 1',
    series,
  };
}
