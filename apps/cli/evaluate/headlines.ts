/** The few numbers by which the served model is judged: what --ablate compares. */
import type { ListReport, PointReport, TopNReport } from '#evaluation';
import type { Headline } from './dataset.js';

/** Of a ranking metric, over all lists and over their newest share. */
export function rankHeadlines(
  report: ListReport | TopNReport,
  metric: string,
  served: string,
  last: number,
): Headline[] {
  const model = report.columns.findIndex(({ name }) => name === served);
  return [
    { metric, value: report.ranks.mean(model, metric) },
    { metric: `${metric}, ${newest(last)}`, value: report.ranks.mean(model, metric, last) },
  ];
}

export function pointHeadlines(report: PointReport, served: string, last: number): Headline[] {
  return [1, last].flatMap((share): Headline[] => {
    const row = report.rows(share).find(({ name }) => name === served);
    if (row?.logLoss === undefined) return [];
    const of = share === 1 ? '' : `, ${newest(share)}`;
    return [
      { metric: `AUC${of}`, value: row.auc },
      { metric: `log loss${of}`, value: row.logLoss, less: true },
    ];
  });
}

const newest = (share: number): string => `last ${Math.round(share * 100)} %`;
