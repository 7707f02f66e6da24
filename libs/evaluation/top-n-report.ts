/**
 * How often a model's first n of the whole catalogue hold the item that a user took next. One relevant item a list: recall@k
 * is the hit rate, and NDCG@k is 1 / log2(rank + 1) within the first k.
 */
import { pairedBootstrap, type BootstrapResult } from './bootstrap.js';
import { ExposureTally, type ExposureRow } from './exposure-metrics.js';
import { RANK_CUTOFF, type ListReportOptions } from './list-report.js';
import { bestBaseline, columnIndex } from './model-column.js';
import { RankScores } from './rank-scores.js';

/** Lists whose diversity is measured: one of so many, for each takes k²/2 distances. */
const DIVERSITY_EVERY = 16;

export interface TopNColumn {
  readonly name: string;
  readonly baseline?: boolean;
}

export class TopNReport {
  readonly ranks: RankScores;
  private readonly exposures: readonly ExposureTally[];

  constructor(
    readonly columns: readonly TopNColumn[],
    options: ListReportOptions,
  ) {
    this.ranks = new RankScores(columns.length, options.cutoffs);
    this.exposures = columns.map(({ name }) => new ExposureTally(name, options.share, options.distance));
  }

  /**
   * One event, before it is learnt.
   * @param target the item taken @param lists each model's choice, best first, in the order of the columns; an empty one
   *   has missed
   */
  add(target: string, lists: readonly (readonly string[])[]): void {
    const pairs = this.ranks.lists() % DIVERSITY_EVERY === 0;
    this.ranks.add(lists.map((ids) => ids.map((id) => (id === target ? 1 : 0))));
    lists.forEach((ids, model) => this.exposures[model]!.add(ids.slice(0, RANK_CUTOFF), pairs));
  }

  /** @param catalogue items that could have been named */
  exposureRows(catalogue: number): ExposureRow[] {
    return this.exposures.map((tally) => tally.row(catalogue));
  }

  /** The baseline that is best by this metric over all events. */
  bestBaseline(metric: string): string | undefined {
    return bestBaseline(this.columns, (model) => this.ranks.mean(model, metric));
  }

  /** A paired test over events. @throws Error for a model that is not in the report */
  compare(metric: string, a: string, b: string, seed: number, resamples: number, last = 1): BootstrapResult {
    const [left, right] = [a, b].map((name) =>
      this.ranks.samples(columnIndex(this.columns, name), metric, last),
    );
    return pairedBootstrap(left!, right!, seed, resamples);
  }
}
