/**
 * How every model orders judged lists, and what its orders show. Ranking metrics are over the lists with a click, for
 * the others have none; so are AUC, log loss and calibration here, over the pooled (list, item) pairs of those lists.
 */
import type { ItemDistance } from '#ranking';
import { pairedBootstrap, type BootstrapResult } from './bootstrap.js';
import { ExposureTally, type ExposureRow, type ItemShare } from './exposure-metrics.js';
import { MetricBlocks } from './metric-blocks.js';
import { bestBaseline, columnIndex, type ModelColumn } from './model-column.js';
import type { ClickedList } from './open-lists.js';
import { orderByScore } from './order.js';
import { RankScores } from './rank-scores.js';
import { SampleStore } from './sample-store.js';

export const RANK_CUTOFF = 10;
export const MAIN_METRIC = `NDCG@${RANK_CUTOFF}`;

export interface ListReportOptions {
  /** Tells how alike two items are; without it no diversity is measured. */
  readonly distance?: ItemDistance;
  /** Tells how familiar an item is. */
  readonly share: ItemShare;
  readonly cutoffs?: readonly number[];
  /** What `exposureRows` are of: the first so many of each order; default: RANK_CUTOFF. */
  readonly exposed?: number;
  /** Lists of which everything was clicked are not ranked either: all orders of them are right. For short lists. */
  readonly contested?: boolean;
}

/** Over the pairs of lists with a click. Undefined for a model without probabilities. */
export interface PooledRow {
  readonly name: string;
  readonly auc: number;
  /** Nats. */
  readonly logLoss?: number;
  readonly calibration?: number;
}

export class ListReport {
  /** Of the lists with a click (`contested`: and something that was not clicked). */
  readonly ranks: RankScores;
  /** All judged lists. */
  lists = 0;
  private readonly exposures: readonly ExposureTally[];
  private readonly pooled: SampleStore;
  /** Items of each list with a click. */
  private readonly lengths = new MetricBlocks(1);
  private readonly scores: Float64Array;

  constructor(
    readonly columns: readonly ModelColumn[],
    private readonly options: ListReportOptions,
  ) {
    this.ranks = new RankScores(columns.length, options.cutoffs);
    this.exposures = columns.map(({ name }) => new ExposureTally(name, options.share, options.distance));
    this.pooled = new SampleStore(columns.length);
    this.scores = new Float64Array(columns.length);
  }

  add(list: ClickedList): void {
    this.lists++;
    const orders = this.columns.map((_, model) =>
      orderByScore(list.listId, list.itemIds, list.scores[model]!),
    );
    const { exposed = RANK_CUTOFF, contested = false } = this.options;
    orders.forEach((order, model) =>
      this.exposures[model]!.add(order.slice(0, exposed).map((i) => list.itemIds[i]!)),
    );
    if (list.clicked.size === 0 || (contested && list.clicked.size === list.itemIds.length)) return;
    const labels = list.itemIds.map((id): 0 | 1 => (list.clicked.has(id) ? 1 : 0));
    this.ranks.add(orders.map((order) => order.map((i) => labels[i]!)));
    this.lengths.add([labels.length]);
    labels.forEach((label, i) => {
      for (let model = 0; model < this.scores.length; model++) this.scores[model] = list.scores[model]![i]!;
      this.pooled.add(0, label, this.scores);
    });
  }

  pooledRows(last = 1): PooledRow[] {
    const pairs = this.lengths.sum(0, last);
    return this.columns.map(({ name, probabilistic }, model) => ({
      name,
      auc: this.pooled.auc(model, pairs),
      ...(probabilistic && {
        logLoss: this.pooled.logLoss(model, pairs),
        calibration: this.pooled.calibrationRatio(model, pairs),
      }),
    }));
  }

  /** @param catalogue items that could have been shown */
  exposureRows(catalogue: number): ExposureRow[] {
    return this.exposures.map((tally) => tally.row(catalogue));
  }

  /** The baseline that is best by this metric over all lists. */
  bestBaseline(metric = MAIN_METRIC): string | undefined {
    return bestBaseline(this.columns, (model) => this.ranks.mean(model, metric));
  }

  /** A paired test over lists. @throws Error for a model that is not in the report */
  compare(metric: string, a: string, b: string, seed: number, resamples: number, last = 1): BootstrapResult {
    const [left, right] = [a, b].map((name) =>
      this.ranks.samples(columnIndex(this.columns, name), metric, last),
    );
    return pairedBootstrap(left!, right!, seed, resamples);
  }
}
