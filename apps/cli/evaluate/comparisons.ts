/** Paired bootstraps between models: those of --compare, or the served model and the best baseline. */
import type { BootstrapResult, ListReport, PointReport, TopNReport } from '#evaluation';
import { UsageError } from '../terminal/exit.js';
import type { Comparison, SharedOptions } from './dataset.js';

const SEED = 1;
const RESAMPLES = 10_000;
/** Of samples there are more than of lists. */
const POINT_RESAMPLES = 2_000;

type Wanted = Pick<SharedOptions, 'last' | 'compare'>;

/** By list (or event), on all of them and on their newest share. @param what which lists, when not all @throws UsageError for a model that is not there */
export function rankComparisons(
  report: ListReport | TopNReport,
  metric: string,
  served: string,
  wanted: Wanted,
  what = '',
): Comparison[] {
  return pairsOf(report.columns, served, report.bestBaseline(metric), wanted.compare).flatMap(([a, b]) =>
    shares(wanted.last).map(({ share, of }) =>
      comparison(
        metric,
        a,
        b,
        what ? `${of} of ${what}` : of,
        report.compare(metric, a, b, SEED, RESAMPLES, share),
      ),
    ),
  );
}

/** Log loss and AUC by sample, AUC per user by user. The best baseline is that of the highest AUC that has probabilities. */
export function pointComparisons(report: PointReport, served: string, wanted: Wanted): Comparison[] {
  const probabilistic = report.columns.filter((column) => column.probabilistic);
  const rival = report
    .rows()
    .filter((row, i) => report.columns[i]!.baseline && row.logLoss !== undefined)
    .sort((a, b) => b.auc - a.auc)[0]?.name;
  return pairsOf(report.columns, served, rival, wanted.compare).flatMap(([a, b]) =>
    shares(wanted.last).flatMap(({ share, of }) => {
      const users = report.compareUserAuc(a, b, SEED, POINT_RESAMPLES, share);
      const losses = [a, b].every((name) => probabilistic.some((column) => column.name === name));
      return [
        ...(losses
          ? [comparison('log loss', a, b, of, report.compareLoss(a, b, SEED, POINT_RESAMPLES, share))]
          : []),
        comparison('AUC', a, b, of, report.compareAuc(a, b, share), 'DeLong'),
        ...(users ? [comparison('AUC per user', a, b, of, users)] : []),
      ];
    }),
  );
}

export function comparison(
  metric: string,
  a: string,
  b: string,
  of: string,
  { difference, standardError, low, high, pValue }: Omit<BootstrapResult, 'resamples'>,
  test = 'paired bootstrap',
): Comparison {
  return { metric, a, b, of, difference, standardError, low, high, pValue, test };
}

/** Before a long run, not behind it. @throws UsageError for a model that is not there */
export function checkCompared(
  { compare }: Pick<SharedOptions, 'compare'>,
  ...reports: readonly { readonly columns: readonly { readonly name: string }[] }[]
): void {
  for (const { columns } of reports) pairsOf(columns, '', undefined, compare);
}

/** Those of --compare, or one. @throws UsageError for a model that is not there */
export function pairsOf(
  columns: readonly { readonly name: string }[],
  served: string,
  rival: string | undefined,
  wanted: Wanted['compare'],
): readonly (readonly [string, string])[] {
  if (wanted.length === 0) return rival === undefined ? [] : [[served, rival]];
  const names = columns.map((column) => column.name);
  for (const name of wanted.flat())
    if (!names.includes(name))
      throw new UsageError(`there is no model "${name}" to compare; there are ${names.join(', ')}`);
  return wanted;
}

function shares(last: number): { share: number; of: string }[] {
  const all = { share: 1, of: 'all' };
  return last === 1 ? [all] : [all, { share: last, of: `last ${Math.round(last * 100)} %` }];
}
