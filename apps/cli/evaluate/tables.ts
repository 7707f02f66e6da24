/** The tables that data sets share: lists, single samples, what is shown, and durations. */
import {
  RANK_CUTOFF,
  type ExposureRow,
  type ListReport,
  type PointReport,
  type RankScores,
  type Timing,
} from '#evaluation';
import { GOALS, type Goal, type GoalReport, type SlotBias } from '#learning';
import type { ReportTable } from './dataset.js';

const SIDE_METRICS = [
  'NDCG@5',
  'NDCG@20',
  'recall@5',
  'recall@20',
  'precision@5',
  'precision@10',
  'F1@5',
  'F1@10',
];

/** All lists with a click, then their newest share, then more cutoffs of that share. @param note below the second */
export function listTables(report: ListReport, last: number, note?: string): ReportTable[] {
  const columns = ['model', 'NDCG@10', 'MRR', 'recall@10', 'hit@10', 'AUC', 'log loss', 'calibration'];
  return [
    ...[1, last].map((share): ReportTable => {
      const pooled = report.pooledRows(share);
      return {
        title: titleOf('lists with a click', report.ranks.lists(share), share),
        columns,
        rows: report.columns.map(({ name }, model) => [
          name,
          ...['NDCG@10', 'MRR', 'recall@10', 'hit@10'].map((metric) =>
            report.ranks.mean(model, metric, share),
          ),
          pooled[model]!.auc,
          pooled[model]!.logLoss,
          pooled[model]!.calibration,
        ]),
        ...(share !== 1 && note && { note }),
      };
    }),
    rankTable(report, SIDE_METRICS, last),
  ];
}

/** Any metrics of `report.ranks`, such as `recall@10`, over the newest share. */
export function rankTable(
  { columns, ranks }: { readonly columns: readonly { readonly name: string }[]; readonly ranks: RankScores },
  metrics: readonly string[],
  last: number,
  what = 'lists with a click',
): ReportTable {
  return {
    title: titleOf(what, ranks.lists(last), last),
    columns: ['model', ...metrics],
    rows: columns.map(({ name }, model) => [
      name,
      ...metrics.map((metric) => ranks.mean(model, metric, last)),
    ]),
  };
}

/** All samples, then their newest share. */
export function pointTables(report: PointReport, last: number): ReportTable[] {
  return [1, last].map((share) => ({
    title: `${titleOf('samples', report.samples(share), share)}, rate ${report.rate(share).toFixed(4)}`,
    columns: ['model', 'log loss', 'NE', 'AUC', 'AUC per user', 'calibration', 'ECE'],
    rows: report
      .rows(share)
      .map((r) => [
        r.name,
        r.logLoss,
        r.normalisedEntropy,
        r.auc,
        r.userAuc,
        r.calibration,
        r.calibrationError,
      ]),
  }));
}

/** @param first how many of each list. Diversity stands there where it can be told. */
export function exposureTable(rows: readonly ExposureRow[], first = RANK_CUTOFF): ReportTable {
  const varied = rows.some(({ diversity }) => !Number.isNaN(diversity));
  return {
    title: `first ${first === 1 ? '' : `${first} `}of every list`,
    columns: ['model', 'coverage', 'Gini', 'novelty, bits', ...(varied ? ['diversity'] : [])],
    rows: rows.map((r) => [r.name, r.coverage, r.gini, r.novelty, ...(varied ? [r.diversity] : [])]),
  };
}

/** How well is foretold what comes of a click: the newest of each goal that was ever reached, each predicted before it was learnt. */
export function goalTables(goals: Readonly<Record<Goal, GoalReport>>): ReportTable[] {
  const reached = GOALS.filter((goal) => goals[goal].rate);
  if (reached.length === 0) return [];
  return [
    {
      title: 'what comes of a click, the newest of each goal',
      columns: ['goal', 'clicks', 'rate', 'log loss', 'of the rate alone', 'AUC', 'calibration'],
      rows: reached.map((goal) => {
        const { targets, rate, logLoss, baseLogLoss, auc, calibration } = goals[goal];
        return [
          goal,
          targets,
          ...[rate, logLoss, baseLogLoss, auc, calibration].map((value) => value ?? undefined),
        ];
      }),
    },
  ];
}

/** How each slot is clicked, and how likely the learner takes it to be looked at; empty where lists have one slot. */
export function positionTables(slots: readonly SlotBias[]): ReportTable[] {
  if (slots.length < 2) return [];
  const ctrOf = ({ impressions, clicks }: SlotBias): number => clicks / impressions;
  const first = ctrOf(slots[0]!);
  return [
    {
      title: 'slots',
      columns: ['slot', 'shown', 'clicks', 'clicked', 'clicked, of slot 1', 'looked at, of slot 1'],
      rows: slots.map((slot) => [
        String(slot.position),
        slot.impressions,
        slot.clicks,
        ...[ctrOf(slot), ctrOf(slot) / first].map((rate) => (Number.isFinite(rate) ? rate : undefined)),
        slot.examination,
      ]),
    },
  ];
}

export function timingTable(timings: readonly Timing[]): ReportTable {
  return {
    title: 'time, µs',
    columns: ['what', 'times', 'mean', 'p50', 'p90', 'p99'],
    rows: timings.map((timing) => {
      const { name, count, ...row } = timing.row();
      return [name, count, ...[row.meanUs, row.p50Us, row.p90Us, row.p99Us].map((us) => us.toFixed(1))];
    }),
  };
}

export function titleOf(what: string, count: number, share: number): string {
  const which = share === 1 ? `all ${what}` : `the last ${Math.round(share * 100)} % of the ${what}`;
  return `${which}: ${count.toLocaleString('en')}`;
}
