/** Progressive losses as tables. */
import type { LossReport, ProgressiveReport, RankingReport } from '#learning';
import { decimals, renderTable } from './table.js';

const METRICS = ['logLoss', 'normalisedEntropy', 'auc', 'calibration', 'calibrationError'] as const;
const HEADINGS = ['log loss', 'entropy', 'AUC', 'calibration', 'ECE'];

/** One model: all samples, and the newest ones. @param ranking how the newest were ordered, if somebody watched */
export function lossTable({ cumulative, windowed }: ProgressiveReport, ranking?: RankingReport): string {
  const rows = names(cumulative.predictors).map((name) => [
    name,
    ...cells(cumulative.predictors[name]),
    ...cells(windowed.predictors[name]),
    ...(ranking
      ? [ranking.predictors[name].userAuc, ranking.predictors[name].ndcg].map((v) => decimals(v ?? undefined))
      : []),
  ]);
  return renderTable(
    [
      'predictor',
      ...HEADINGS,
      `newest ${windowed.samples.toLocaleString('en')}: log loss`,
      ...HEADINGS.slice(1),
      ...(ranking ? ['AUC per user', 'NDCG@10'] : []),
    ],
    rows,
  );
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
