/**
 * Collects, for each list and each model, the scores given before the list's outcome was known, and turns
 * them into a report once the clicks are in. Lists without a click have no ranking metric and are left out.
 */
import { orderByScore } from './order.js';
import { auc, calibrationRatio, logLoss } from './probability-metrics.js';
import { hitAt, ndcgAt, recallAt, reciprocalRank } from './ranking-metrics.js';

export const RANK_CUTOFF = 10;

export interface ModelColumn {
  readonly name: string;
  readonly probabilistic: boolean;
}

export interface MetricRow {
  readonly name: string;
  readonly ndcg: number;
  readonly mrr: number;
  readonly recall: number;
  readonly hitRate: number;
  /** Over the pooled (list, item) pairs. */
  readonly auc: number;
  /** Nats; undefined when the scores are no probabilities. */
  readonly logLoss?: number;
  readonly calibration?: number;
}

interface ScoredList {
  readonly listId: string;
  readonly itemIds: readonly string[];
  readonly clicked: Set<string>;
  /** One array of scores per column. */
  readonly scores: readonly (readonly number[])[];
}

export class ListReport {
  private readonly lists: ScoredList[] = [];
  private readonly byId = new Map<string, ScoredList>();

  constructor(readonly columns: readonly ModelColumn[]) {}

  /** Lists arrive in time order; `scores` stand in the order of the columns. */
  add(listId: string, itemIds: readonly string[], scores: readonly (readonly number[])[]): void {
    const list = { listId, itemIds, clicked: new Set<string>(), scores };
    this.lists.push(list);
    this.byId.set(listId, list);
  }

  click(listId: string, itemId: string): void {
    this.byId.get(listId)?.clicked.add(itemId);
  }

  get listCount(): number {
    return this.lists.length;
  }

  /** The lists with at least one click; with `last`, only that newest share of them (0..1). */
  clicked(last = 1): readonly ScoredList[] {
    const lists = this.lists.filter((list) => list.clicked.size > 0);
    return lists.slice(Math.floor(lists.length * (1 - last)));
  }

  /** NDCG@10 of each clicked list, in time order: the input of a paired test. */
  ndcgPerList(name: string, last = 1): number[] {
    const column = this.columnIndex(name);
    return this.clicked(last).map((list) => ndcgAt(relevanceOf(list, column), RANK_CUTOFF));
  }

  rows(last = 1): MetricRow[] {
    const lists = this.clicked(last);
    return this.columns.map((column, index) => this.row(column, index, lists));
  }

  private row(column: ModelColumn, index: number, lists: readonly ScoredList[]): MetricRow {
    const ranked = lists.map((list) => relevanceOf(list, index));
    const scores = lists.flatMap((list) => list.scores[index]!);
    const labels = lists.flatMap((list) => list.itemIds.map((id) => (list.clicked.has(id) ? 1 : 0)));
    return {
      name: column.name,
      ndcg: average(ranked.map((r) => ndcgAt(r, RANK_CUTOFF))),
      mrr: average(ranked.map(reciprocalRank)),
      recall: average(ranked.map((r) => recallAt(r, RANK_CUTOFF))),
      hitRate: average(ranked.map((r) => hitAt(r, RANK_CUTOFF))),
      auc: auc(scores, labels),
      ...(column.probabilistic && {
        logLoss: logLoss(scores, labels),
        calibration: calibrationRatio(scores, labels),
      }),
    };
  }

  private columnIndex(name: string): number {
    const index = this.columns.findIndex((column) => column.name === name);
    if (index < 0) throw new Error(`no model "${name}" in this report`);
    return index;
  }
}

function relevanceOf(list: ScoredList, column: number): number[] {
  return orderByScore(list.listId, list.itemIds, list.scores[column]!).map((i) =>
    list.clicked.has(list.itemIds[i]!) ? 1 : 0,
  );
}

function average(values: readonly number[]): number {
  return values.reduce((sum, v) => sum + v, 0) / values.length;
}
