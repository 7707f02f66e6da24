/** What a report of lists shows: metrics per model, and paired tests between models. */
import { pairedBootstrap, type ListReport } from '#evaluation';
import { UsageError } from '../terminal/exit.js';
import type { Comparison, ReportTable, SharedOptions } from './dataset.js';
import { SERVED } from './prequential.js';

/** The baseline that the served model is tested against. */
const RIVAL = 'item CTR';
const BOOTSTRAP_SEED = 1;
const BOOTSTRAP_RESAMPLES = 10_000;
const COLUMNS = ['model', 'NDCG@10', 'MRR', 'recall@10', 'hit@10', 'AUC', 'log loss', 'calibration'];

/** One table over all lists with a click, one over their newest share. @param note below the second */
export function listTables(report: ListReport, last: number, note?: string): ReportTable[] {
  return [1, last].map((share) => ({
    title: `${ofShare(share)}: ${report.clicked(share).length.toLocaleString('en')}`,
    columns: COLUMNS,
    rows: report
      .rows(share)
      .map((r) => [r.name, r.ndcg, r.mrr, r.recall, r.hitRate, r.auc, r.logLoss, r.calibration]),
    ...(share !== 1 && note && { note }),
  }));
}

/** NDCG@10, paired by list. @throws UsageError for a model that is not in the report */
export function listComparisons(
  report: ListReport,
  { last, compare }: Pick<SharedOptions, 'last' | 'compare'>,
): Comparison[] {
  const names = report.columns.map((column) => column.name);
  const known = (name: string): string => {
    if (names.includes(name)) return name;
    throw new UsageError(`there is no model "${name}" to compare; there are ${names.join(', ')}`);
  };
  const pairs = compare.length > 0 ? compare : [[SERVED, RIVAL] as const];
  return pairs.flatMap(([a, b]) =>
    [1, last].map((share) => ({
      metric: 'NDCG@10',
      a,
      b,
      of: ofShare(share),
      ...pairedBootstrap(
        report.ndcgPerList(known(a), share),
        report.ndcgPerList(known(b), share),
        BOOTSTRAP_SEED,
        BOOTSTRAP_RESAMPLES,
      ),
    })),
  );
}

function ofShare(share: number): string {
  return share === 1 ? 'all lists with a click' : `the last ${Math.round(share * 100)} % of them`;
}
