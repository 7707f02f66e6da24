/** The metrics of every list, for every model, at several cutoffs: in bounded memory, in order of time. */
import { MetricBlocks } from './metric-blocks.js';
import { f1At, hitAt, ndcgAt, precisionAt, recallAt, reciprocalRank } from './ranking-metrics.js';

export const CUTOFFS: readonly number[] = [1, 5, 10, 20];
const AT_K = { NDCG: ndcgAt, recall: recallAt, precision: precisionAt, F1: f1At, hit: hitAt };
/** Not cut: over the whole list. */
const MRR = 'MRR';

export class RankScores {
  /** `NDCG@10`, `recall@5`..., `MRR`. */
  readonly metrics: readonly string[];
  private readonly blocks: MetricBlocks;
  private readonly row: Float64Array;

  constructor(
    private readonly models: number,
    private readonly cutoffs: readonly number[] = CUTOFFS,
  ) {
    this.metrics = [...cutoffs.flatMap((k) => Object.keys(AT_K).map((name) => `${name}@${k}`)), MRR];
    this.blocks = new MetricBlocks(models * this.metrics.length);
    this.row = new Float64Array(this.blocks.width);
  }

  /** One list, as each model orders it: `relevances[model][rank − 1]` is 1 for a relevant item, else 0. */
  add(relevances: readonly (readonly number[])[]): void {
    let at = 0;
    for (let model = 0; model < this.models; model++) {
      const relevance = relevances[model]!;
      for (const k of this.cutoffs)
        for (const metric of Object.values(AT_K)) this.row[at++] = metric(relevance, k);
      this.row[at++] = reciprocalRank(relevance);
    }
    this.blocks.add(this.row);
  }

  /** Lists behind the newest share. */
  lists(last = 1): number {
    return this.blocks.rowsOf(last);
  }

  mean(model: number, metric: string, last = 1): number {
    return this.blocks.mean(this.column(model, metric), last);
  }

  /** Of each list in order of time (beyond 16,384 lists: of each block of neighbours): what a paired test resamples. */
  samples(model: number, metric: string, last = 1): Float64Array {
    return this.blocks.blockMeans(this.column(model, metric), last);
  }

  /** [lists so far, mean over them], or `windowed`, over those since the last point. */
  curve(model: number, metric: string, points: number, windowed = false): [number, number][] {
    const column = this.column(model, metric);
    return this.blocks.curve(points, (sums, rows) => sums[column]! / rows, windowed);
  }

  private column(model: number, metric: string): number {
    const index = this.metrics.indexOf(metric);
    if (index < 0) throw new Error(`no metric "${metric}"; there are ${this.metrics.join(', ')}`);
    return model * this.metrics.length + index;
  }
}
