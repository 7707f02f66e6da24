/**
 * Ranks of the next item by several models over the same events: recall@k (with one right answer the hit rate), over
 * everything, over users seen before, over the newest share, and along the stream.
 */
import { pairedBootstrap, type BootstrapResult } from '../bootstrap.js';

/** What a model that cannot name the item gets. */
export const MISSED = 0xffff;
const BOOTSTRAP_SEED = 1;
const BOOTSTRAP_RESAMPLES = 1_000;

export interface EventSlice {
  /** Only events of users seen before. */
  readonly returning?: boolean;
  /** Only the newest share, 0..1; default: all. */
  readonly last?: number;
}

export class NextItemReport {
  private readonly ranks: number[][];
  private readonly returning: boolean[] = [];

  constructor(readonly names: readonly string[]) {
    this.ranks = names.map(() => []);
  }

  get size(): number {
    return this.returning.length;
  }

  /** @param ranks items before the right one, in the order of `names`; MISSED when a model did not name it */
  add(ranks: readonly number[], returning: boolean): void {
    this.returning.push(returning);
    ranks.forEach((rank, model) => this.ranks[model]!.push(rank));
  }

  count(slice: EventSlice = {}): number {
    return this.events(slice).length;
  }

  recall(model: number, k: number, slice: EventSlice = {}): number {
    const events = this.events(slice);
    return events.filter((e) => this.ranks[model]![e]! < k).length / Math.max(1, events.length);
  }

  /** Mean reciprocal rank, 0 beyond k. */
  mrr(model: number, k: number, slice: EventSlice = {}): number {
    const events = this.events(slice);
    const sum = events.reduce((total, e) => {
      const rank = this.ranks[model]![e]!;
      return rank < k ? total + 1 / (rank + 1) : total;
    }, 0);
    return sum / Math.max(1, events.length);
  }

  /** Recall@k of each stretch of events, at the stretch's end. */
  curve(model: number, k: number, stretch: number): [number, number][] {
    const points: [number, number][] = [];
    for (let from = 0; from + stretch <= this.size; from += stretch) {
      const hits = this.ranks[model]!.slice(from, from + stretch).filter((rank) => rank < k).length;
      points.push([from + stretch, hits / stretch]);
    }
    return points;
  }

  compare(a: number, b: number, k: number, slice: EventSlice = {}): BootstrapResult {
    const hits = (model: number): number[] =>
      this.events(slice).map((e) => (this.ranks[model]![e]! < k ? 1 : 0));
    return pairedBootstrap(hits(a), hits(b), BOOTSTRAP_SEED, BOOTSTRAP_RESAMPLES);
  }

  private events({ returning = false, last = 1 }: EventSlice): number[] {
    const first = this.size - Math.round(this.size * last);
    const events: number[] = [];
    for (let e = first; e < this.size; e++) if (!returning || this.returning[e]) events.push(e);
    return events;
  }
}
