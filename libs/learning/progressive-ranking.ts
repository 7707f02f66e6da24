/**
 * How well the newest samples were ordered, each predicted before it was learnt: within the list that showed them, and among
 * what their user saw.
 *
 *     of a list with a click: NDCG, precision, recall, F1 and hit at ten, reciprocal rank (list-metrics.ts)
 *     AUC per user: mean AUC of the users' samples, weighted by their number (Zhu et al., KDD 2017)
 *
 * No part of the model's state: it decides nothing, and begins anew with the process. `record` allocates nothing.
 */
import { ListMetrics, type ListMetric } from './list-metrics.js';
import { newestOf } from './sample-key.js';
import { PREDICTORS } from './progressive-validation.js';
import { ShownLately } from './shown-lately.js';

/** Whoever predicts, the overall rate as an order at random, and how popular the item was when it was shown (half-life a day). */
export const RANKERS = [...PREDICTORS, 'recentPopularity'] as const;
export type RankerName = (typeof RANKERS)[number];

/** Null while no list has a click and something beside it. */
export interface RankingMetrics extends Readonly<Record<ListMetric, number | null>> {
  /** Null while no user has both a click and none. */
  readonly userAuc: number | null;
}

export interface RankingReport {
  readonly samples: number;
  readonly lists: number;
  readonly users: number;
  readonly predictors: Readonly<Record<RankerName, RankingMetrics>>;
}

const WIDTH = RANKERS.length;
const POPULARITY = PREDICTORS.length;
/** The overall rate moves with each impression, so that its own order would be the one shown: it counts as one value, an order at random. */
const OVERALL = PREDICTORS.indexOf('overallCtr');
const NO_LIST = -1;

export class ProgressiveRanking {
  private samples = 0;
  private userKey = 0;
  private listKey = NO_LIST;
  private itemKey = 0;
  private readonly users: Float64Array;
  private readonly lists: Float64Array;
  private readonly keys: Float64Array;
  private readonly labels: Uint8Array;
  private readonly predictions: Float32Array;

  /** What they showed. */
  readonly shown: ShownLately;

  /** @param window samples that count */
  constructor(private readonly window: number) {
    this.shown = new ShownLately(window);
    this.users = new Float64Array(window);
    this.lists = new Float64Array(window);
    this.keys = new Float64Array(window);
    this.labels = new Uint8Array(window);
    this.predictions = new Float32Array(window * WIDTH);
  }

  /** To whom, in which list, and what the sample that follows shows. */
  begin(userKey: number, listKey: number, itemKey: number): void {
    this.userKey = userKey;
    this.listKey = listKey;
    this.itemKey = itemKey;
  }

  /** Nobody knows any more to whom the samples that follow were shown: they do not count. */
  end(): void {
    this.listKey = NO_LIST;
  }

  /** @param key of the sample (sample-key.ts). @param predictions in the order of PREDICTORS. @param popularity of the item */
  record(label: 0 | 1, key: number, predictions: Float64Array, popularity: number): void {
    if (this.listKey === NO_LIST) return;
    this.shown.record(this.itemKey);
    const at = this.samples++ % this.window;
    this.users[at] = this.userKey;
    this.lists[at] = this.listKey;
    this.labels[at] = label;
    this.keys[at] = key;
    this.predictions.set(predictions, at * WIDTH);
    this.predictions[at * WIDTH + OVERALL] = 0;
    this.predictions[at * WIDTH + POPULARITY] = popularity;
  }

  /** A sample that was recorded as not clicked was clicked; nothing when it has left the window. */
  revise(key: number): void {
    const at = newestOf(this.keys, key, this.samples, this.window);
    if (at >= 0) this.labels[at] = 1;
  }

  report(): RankingReport {
    const lists = this.groups(this.lists);
    const users = this.groups(this.users);
    const predictors = RANKERS.map((name, k): [RankerName, RankingMetrics] => [
      name,
      { ...this.ofLists(lists, k), userAuc: this.userAuc(users, k) },
    ]);
    return {
      samples: Math.min(this.samples, this.window),
      lists: lists.length,
      users: users.length,
      predictors: Object.fromEntries(predictors) as Record<RankerName, RankingMetrics>,
    };
  }

  /** Samples of the same key, of those keys that have both labels. */
  private groups(keys: Float64Array): Uint32Array[] {
    const order = Uint32Array.from({ length: Math.min(this.samples, this.window) }, (_, i) => i);
    order.sort((a, b) => keys[a]! - keys[b]!);
    const groups: Uint32Array[] = [];
    for (let from = 0, to = 0; from < order.length; from = to) {
      let clicks = 0;
      for (to = from; to < order.length && keys[order[to]!] === keys[order[from]!]; to++)
        clicks += this.labels[order[to]!]!;
      if (clicks > 0 && clicks < to - from) groups.push(order.subarray(from, to));
    }
    return groups;
  }

  private ofLists(lists: readonly Uint32Array[], k: number): Record<ListMetric, number | null> {
    const metrics = new ListMetrics();
    for (const list of lists) {
      this.ties(list, k, (from, to, positives) => metrics.run(to - from, positives));
      metrics.end();
    }
    return metrics.means();
  }

  private userAuc(users: readonly Uint32Array[], k: number): number | null {
    let sum = 0;
    let weight = 0;
    for (const user of users) {
      let wins = 0;
      let clicks = 0;
      let passed = 0;
      // From the best on: a click wins over every sample without one that comes after it.
      this.ties(user, k, (from, to, positives) => {
        const negatives = to - from - positives;
        wins -= positives * (passed + negatives / 2);
        passed += negatives;
        clicks += positives;
      });
      wins += clicks * passed;
      sum += user.length * (wins / (clicks * passed));
      weight += user.length;
    }
    return weight > 0 ? sum / weight : null;
  }

  /** Walks a group from its best prediction on, equal ones together: ranks from (0-based) and to, and the clicks among them. */
  private ties(
    group: Uint32Array,
    k: number,
    walk: (from: number, to: number, positives: number) => void,
  ): void {
    const { predictions, labels } = this;
    const order = group.slice().sort((a, b) => predictions[b * WIDTH + k]! - predictions[a * WIDTH + k]!);
    for (let from = 0, to = 0; from < order.length; from = to) {
      const value = predictions[order[from]! * WIDTH + k]!;
      let positives = 0;
      for (to = from; to < order.length && predictions[order[to]! * WIDTH + k] === value; to++)
        positives += labels[order[to]!]!;
      walk(from, to, positives);
    }
  }
}
