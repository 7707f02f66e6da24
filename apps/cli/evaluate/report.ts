/** The evaluation as tables and as JSON. */
import { pairedBootstrap, type BootstrapResult, type MetricRow } from '#evaluation';
import { decimals, renderTable } from '../terminal/table.js';
import { SERVED, type Prequential } from './prequential.js';

/** The baseline that the served model is tested against. */
const RIVAL = 'item CTR';
const BOOTSTRAP_SEED = 1;
const BOOTSTRAP_RESAMPLES = 10_000;

export interface Section {
  readonly name: string;
  readonly lists: number;
  readonly rows: readonly MetricRow[];
  /** Served model minus item CTR, NDCG@10, paired by list. */
  readonly advantage: BootstrapResult;
}

/** A figure others have published for the same log. */
export interface Published {
  readonly name: string;
  readonly ndcg: number;
}

export function sectionsOf({ report }: Prequential, last: number): Section[] {
  return [1, last].map((share) => ({
    name: share === 1 ? 'all lists with a click' : `the last ${Math.round(share * 100)} % of them`,
    lists: report.clicked(share).length,
    rows: report.rows(share),
    advantage: pairedBootstrap(
      report.ndcgPerList(SERVED, share),
      report.ndcgPerList(RIVAL, share),
      BOOTSTRAP_SEED,
      BOOTSTRAP_RESAMPLES,
    ),
  }));
}

export function renderSection(section: Section, published: readonly Published[]): string {
  const rows = section.rows.map((r) => [
    r.name,
    ...[r.ndcg, r.mrr, r.recall, r.hitRate, r.auc, r.logLoss, r.calibration].map((v) => decimals(v)),
  ]);
  const others = published.map(({ name, ndcg }) => [name, decimals(ndcg, 3)]);
  const { difference, standardError, low, high, pValue } = section.advantage;
  return [
    `${section.name}: ${section.lists.toLocaleString('en')}`,
    renderTable(
      ['model', 'NDCG@10', 'MRR', 'recall@10', 'hit@10', 'AUC', 'log loss', 'calibration'],
      [...rows, ...others],
    ),
    `${SERVED} − ${RIVAL}: ${signed(difference)} NDCG@10, standard error ${decimals(standardError)}, 95 % ${signed(low)} to ${signed(high)}, p ${pValue < 1e-4 ? '< .0001' : decimals(pValue)} (paired bootstrap)`,
  ].join('\n');
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;
}
