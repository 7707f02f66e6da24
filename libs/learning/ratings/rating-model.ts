/**
 * Predicts what a user would rate an item, and learns from each rating. With z = (rating − mean) / spread,
 *
 *     z ≈ b_u + b_i + d_u + Σ labels / √labels + v_u · v_i
 *
 * Biases b, the user's wandering deviation d and the labels' biases are Gaussian beliefs, updated together as by an
 * extended Kalman filter with a diagonal covariance (Stern, Herbrich & Graepel, "Matchbox", WWW 2009): each takes the
 * share of the error that its variance has in the whole, so a first rating moves a bias far and a hundredth hardly,
 * with no learning rate to tune. Factors v go by gradient steps, repeated on remembered ratings (rating-memory.ts).
 * rating-head.ts turns the parts into a distribution: `median` has the least absolute error, `mean` the least
 * squared one. Everything is in units of the spread, so one set of constants fits every scale.
 */
import { LabelSet, type RatingLabelLists } from './label-set.js';
import { INPUTS } from './rating-head.js';
import { BIAS, DEVIATION, DEVIATION_VARIANCE, FACTOR, FACTORS, STRIDE, VARIANCE } from './rating-rows.js';
import { ownLogOdds } from './own-log-odds.js';
import type { RatingTables } from './rating-tables.js';

/** Variance of a rating that nothing explains, in units of the whole. */
const NOISE = 0.65;
/** What a rating adds to the variance of biases: users and items change. */
const WANDER = 1e-5;
/** The deviation: what is left of it at the next rating, what a rating adds to its variance, and its limit. */
const DEVIATION_KEPT = 0.97;
const DEVIATION_WANDER = 0.002;
const DEVIATION_VARIANCE_MAX = 0.03;
/** An error counts up to this many predictive standard deviations (Huber). */
const ERROR_MAX = 2.5;
/** Gradient steps of the factors: on the new rating, on remembered ones, how many of them, and shrinkage of both. */
const FACTOR_STEP = 0.1;
const REPLAY_STEP = 0.05;
const REPLAYS = 4;
const FACTOR_SHRINKAGE = 0.04;
/** With fewer there is too little to look at again. */
const REPLAY_FROM = 64;

export interface RatingPrediction {
  /** Least expected squared error, in the ratings' own units. */
  mean: number;
  /** Least expected absolute error; one of the levels where the scale has levels. */
  median: number;
}

export class RatingModel {
  private readonly labels: LabelSet;
  private userRow = -1;
  private itemRow = -1;
  private biases = 0;
  private deviation = 0;
  private deviationVariance = 0;
  private factors = 0;
  /** Of the prediction, noise included. */
  private variance = 0;

  constructor(private readonly tables: RatingTables) {
    this.labels = new LabelSet(tables.ratingLabels);
  }

  get ratings(): number {
    return this.tables.ratings.count;
  }

  predict(userKey: number, itemKey: number, lists: RatingLabelLists, out: RatingPrediction): void {
    this.userRow = this.tables.ratingUsers.find(userKey);
    this.itemRow = this.tables.ratingItems.find(itemKey);
    this.labels.find(userKey, itemKey, lists);
    this.read();
    this.answer(out);
  }

  /** Learns one rating. @returns false when the value is out of all proportion: nothing has changed then */
  learn(userKey: number, itemKey: number, lists: RatingLabelLists, value: number): boolean {
    const { ratings: scale, ratingUsers: users, ratingItems: items } = this.tables;
    if (!scale.admits(value)) return false;
    this.userRow = users.claim(userKey);
    this.itemRow = items.claim(itemKey);
    this.labels.claim(userKey, itemKey, lists);
    this.read();
    if (this.askHead()) scale.head.learn(scale.levels, value);
    this.update(scale.standardised(value), userKey, itemKey);
    const level = scale.add(value);
    users.count(this.userRow, level);
    items.count(this.itemRow, level);
    return true;
  }

  /** The parts of the prediction, from the rows found or claimed. */
  private read(): void {
    const { ratingUsers: users, ratingItems: items } = this.tables;
    const [u, i] = [this.userRow * STRIDE, this.itemRow * STRIDE];
    this.biases = this.labels.sum;
    this.variance = this.labels.variance + NOISE;
    this.biases += u < 0 ? 0 : users.numbers[u + BIAS]!;
    this.variance += u < 0 ? users.priorVariance : users.numbers[u + VARIANCE]!;
    this.biases += i < 0 ? 0 : items.numbers[i + BIAS]!;
    this.variance += i < 0 ? items.priorVariance : items.numbers[i + VARIANCE]!;
    this.deviation = u < 0 ? 0 : users.numbers[u + DEVIATION]! * DEVIATION_KEPT;
    this.deviationVariance = Math.min(
      DEVIATION_VARIANCE_MAX,
      (u < 0 ? 0 : users.numbers[u + DEVIATION_VARIANCE]!) + DEVIATION_WANDER,
    );
    this.variance += this.deviationVariance;
    this.factors = 0;
    if (u < 0 || i < 0) return;
    for (let f = FACTOR; f < STRIDE; f++) this.factors += users.numbers[u + f]! * items.numbers[i + f]!;
  }

  private answer(out: RatingPrediction): void {
    const { ratings: scale } = this.tables;
    if (this.askHead()) {
      out.mean = scale.head.mean(scale.levels);
      out.median = scale.head.median(scale.levels);
    } else {
      const z = this.biases + this.deviation + this.factors;
      out.mean = out.median = scale.within(scale.mean + z * scale.spread());
    }
  }

  /** The head's distribution for what was read. @returns false when the scale has no levels to speak of */
  private askHead(): boolean {
    const { levels, head, mean, count, spread } = this.scaleNow();
    if (levels.continuous || levels.size < 2) return false;
    const z = this.biases + this.deviation + this.factors;
    const deviation = Math.sqrt(this.variance);
    const { inputs } = head;
    ownLogOdds(levels, count, this.tables.ratingUsers, this.userRow, inputs, 4);
    ownLogOdds(levels, count, this.tables.ratingItems, this.itemRow, inputs, 5);
    let below = 0;
    for (let k = 0; k < levels.size - 1; k++) {
      const at = k * INPUTS;
      const [level, next] = [levels.order[k]!, levels.order[k + 1]!];
      below += levels.counts[level]!;
      const share = (below + 0.5) / (count + 1);
      const border = ((levels.values[level]! + levels.values[next]!) / 2 - mean) / spread;
      inputs[at] = 1;
      inputs[at + 1] = (border - z) / deviation;
      inputs[at + 2] = this.deviation / deviation;
      inputs[at + 3] = this.factors / deviation;
      inputs[at + 6] = Math.log(share / (1 - share)) - 1.7 * border;
      inputs[at + 7] = this.biases / deviation;
    }
    head.predict(levels);
    return true;
  }

  private scaleNow() {
    const { ratings: scale } = this.tables;
    const { levels, head, mean, count } = scale;
    return { levels, head, mean, count, spread: scale.spread() };
  }

  private update(target: number, userKey: number, itemKey: number): void {
    const { ratingUsers: users, ratingItems: items, ratings: scale } = this.tables;
    const [u, i] = [this.userRow * STRIDE, this.itemRow * STRIDE];
    const limit = ERROR_MAX * Math.sqrt(this.variance);
    const error = cut(target - this.biases - this.deviation - this.factors, limit);
    const rest = target - this.labels.sum - this.deviation;
    this.stepFactors(u, i, error, FACTOR_STEP);
    this.replay(limit);
    scale.memory.add(userKey, itemKey, rest);
    correct(users.numbers, u, error, this.variance);
    correct(items.numbers, i, error, this.variance);
    const gain = this.deviationVariance / this.variance;
    users.numbers[u + DEVIATION] = this.deviation + gain * error;
    users.numbers[u + DEVIATION_VARIANCE] = this.deviationVariance * (1 - gain);
    this.labels.correct(error, this.variance);
  }

  private replay(limit: number): void {
    const { ratingUsers: users, ratingItems: items, ratings: scale } = this.tables;
    const { memory, count } = scale;
    if (memory.size < REPLAY_FROM) return;
    for (let draw = 0; draw < REPLAYS; draw++) {
      const at = memory.pick(count * REPLAYS + draw);
      const [userRow, itemRow] = [users.find(memory.userKeys[at]!), items.find(memory.itemKeys[at]!)];
      if (userRow < 0 || itemRow < 0) continue;
      const [u, i] = [userRow * STRIDE, itemRow * STRIDE];
      let error = memory.targets[at]! - users.numbers[u + BIAS]! - items.numbers[i + BIAS]!;
      for (let f = FACTOR; f < STRIDE; f++) error -= users.numbers[u + f]! * items.numbers[i + f]!;
      this.stepFactors(u, i, cut(error, limit), REPLAY_STEP);
      users.dirty.mark(userRow);
      items.dirty.mark(itemRow);
    }
  }

  private stepFactors(u: number, i: number, error: number, step: number): void {
    const [users, items] = [this.tables.ratingUsers.numbers, this.tables.ratingItems.numbers];
    for (let f = FACTOR; f < FACTOR + FACTORS; f++) {
      const [mine, its] = [users[u + f]!, items[i + f]!];
      users[u + f] = mine + step * (error * its - FACTOR_SHRINKAGE * mine);
      items[i + f] = its + step * (error * mine - FACTOR_SHRINKAGE * its);
    }
  }
}

/** The bias takes the share of the error that its variance has in the whole, and becomes surer of itself. */
function correct(numbers: Float32Array, base: number, error: number, variance: number): void {
  const gain = numbers[base + VARIANCE]! / variance;
  numbers[base + BIAS]! += gain * error;
  numbers[base + VARIANCE] = numbers[base + VARIANCE]! * (1 - gain) + WANDER;
}

const cut = (value: number, limit: number): number => Math.min(limit, Math.max(-limit, value));
