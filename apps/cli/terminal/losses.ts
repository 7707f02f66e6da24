/** Progressive losses as tables. */
import {
  LIST_METRICS,
  type LossReport,
  type ProgressiveReport,
  type RankingReport,
  type ShownReport,
} from '#learning';
import { decimals, renderTable } from './table.js';

const METRICS = ['logLoss', 'normalisedEntropy', 'auc', 'calibration', 'calibrationError'] as const;
const HEADINGS = ['log loss', 'entropy', 'AUC', 'calibration', 'ECE'];

const LIST_HEADINGS = ['NDCG@10', 'precision@10', 'recall@10', 'F1@10', 'hit@10', 'MRR'];

/** One model: all samples, and the newest ones. */
export function lossTable({ cumulative, windowed }: ProgressiveReport): string {
  const rows = names(cumulative.predictors).map((name) => [
    name,
    ...cells(cumulative.predictors[name]),
    ...cells(windowed.predictors[name]),
  ]);
  return renderTable(
    [
      'predictor',
      ...HEADINGS,
      `newest ${windowed.samples.toLocaleString('en')}: log loss`,
      ...HEADINGS.slice(1),
    ],
    rows,
  );
}

/** How the newest samples were ordered, and what they showed. */
export function rankingTable({ lists, users, predictors }: RankingReport, shown: ShownReport): string {
  const rows = names(predictors).map((name) => [
    name,
    ...[...LIST_METRICS, 'userAuc' as const].map((metric) => decimals(predictors[name][metric] ?? undefined)),
  ]);
  const table = renderTable(
    [
      `${lists.toLocaleString('en')} newest lists`,
      ...LIST_HEADINGS,
      `AUC per user (${users.toLocaleString('en')})`,
    ],
    rows,
  );
  const { coverage, gini, novelty } = shown;
  if (coverage === null || gini === null || novelty === null) return table;
  return `${table}\nshown lately: coverage ${decimals(coverage)}, Gini ${decimals(gini)}, novelty ${novelty.toFixed(1)} bits`;
}

/** Two models, side by side, over all samples. */
export function compareLosses(
  nameA: string,
  a: ProgressiveReport,
  nameB: string,
  b: ProgressiveReport,
): string {
  const rows = names(a.cumulative.predictors).map((name) => {
    const [left, right] = [a.cumulative.predictors[name], b.cumulative.predictors[name]];
    const change =
      left.logLoss === null || right.logLoss === null
        ? ''
        : `${(((right.logLoss - left.logLoss) / left.logLoss) * 100).toFixed(2)} %`;
    return [
      name,
      decimals(left.logLoss ?? undefined),
      decimals(right.logLoss ?? undefined),
      change,
      decimals(left.auc ?? undefined),
      decimals(right.auc ?? undefined),
    ];
  });
  return renderTable(['predictor', `log loss: ${nameA}`, nameB, 'change', `AUC: ${nameA}`, nameB], rows);
}

function names<T extends object>(record: T): (keyof T & string)[] {
  return Object.keys(record) as (keyof T & string)[];
}

function cells(loss: LossReport): string[] {
  return METRICS.map((metric) => decimals(loss[metric] ?? undefined));
}
