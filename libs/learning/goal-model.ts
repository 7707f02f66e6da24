/**
 * What comes of a click, goal by goal: the same code for the learner and for a host.
 *
 *     offset = logit(item's rate) + logit(user's rate) − logit(overall rate)
 *     P(goal | click) = σ(offset + head's logit)
 *
 * The rates are those of goal-rates.ts; their distances from the overall rate are features too, so that a head can trust
 * them more or less. All targets of a list come at once, when its attribution window closes, so that likes are not
 * learnt before the clicks that led to nothing.
 */
import { combine32, fnv1a32 } from '#kernel';
import type { FeatureVector, Sequel } from '#events';
import { GOAL_MASK } from './goal-heads.js';
import type { GoalValidation } from './goal-validation.js';
import { GOALS, targetOf } from './goals.js';
import { clip, logit, sigmoid } from './logistic.js';
import { appendToSample, fillSample, newSample } from './sample.js';
import type { Tables } from './tables.js';

const DISTANCE_MAX = 4;
const BUCKETS_PER_LOGIT = 2;
const RATE_FLOOR = 1e-4;
const [ITEM, USER, ITEM_BUCKET, USER_BUCKET] = ['item', 'user', 'item bucket', 'user bucket'].map((name) =>
  fnv1a32(`goal rate:${name}`),
) as [number, number, number, number];

export class GoalModel {
  private readonly sample = newSample();
  private readonly predictions = new Float64Array(GOALS.length);

  constructor(private readonly tables: Pick<Tables, 'goalHeads' | 'goalItems' | 'goalUsers' | 'goalTrust'>) {}

  /**
   * P(goal | click) of each of GOALS into `out`; the dwell's is the expected share of DWELL_FULL_SECONDS.
   * @returns false when a feature is not finite: then by the rates alone
   */
  predict(features: FeatureVector, itemKey: number, userKey: number, out: Float64Array): boolean {
    const sound = fillSample(this.sample, features, GOAL_MASK);
    if (!sound) this.sample.length = 0;
    const length = this.sample.length;
    for (let goal = 0; goal < GOALS.length; goal++) {
      this.describe(goal, itemKey, userKey, length);
      out[goal] = sigmoid(this.sample.offset + this.tables.goalHeads.logit(this.sample, goal));
    }
    this.sample.length = length;
    return sound;
  }

  /** What a goal's predictions weigh in a segment. @param goal index in GOALS */
  trust(segment: number, goal: number): number {
    return this.tables.goalTrust.trust(segment, goal);
  }

  /** Predicts, then learns. Every number of the record is finite. @param observed told of each prediction and its target */
  learn(record: Sequel, observed?: GoalValidation): void {
    const { features, itemKey, userKey, segment } = record;
    const { goalHeads, goalItems, goalUsers, goalTrust } = this.tables;
    if (!this.predict(features, itemKey, userKey, this.predictions)) return;
    const { length } = this.sample;
    GOALS.forEach((name, goal) => {
      const target = targetOf(name, record);
      if (target === undefined) return;
      const predicted = this.predictions[goal]!;
      observed?.record(name, predicted, target);
      this.describe(goal, itemKey, userKey, length);
      goalHeads.update(this.sample, goal, predicted - target);
      goalTrust.record(segment, goal, target, predicted);
      goalItems.record(itemKey, goal, target);
      goalUsers.record(userKey, goal, target);
    });
  }

  /** Completes the sample, which has `length` features, for one goal. */
  private describe(goal: number, itemKey: number, userKey: number, length: number): void {
    const { goalItems, goalUsers } = this.tables;
    const { sample } = this;
    const overall = logitOf(goalItems.overall(goal));
    const item = clip(logitOf(goalItems.rate(itemKey, goal)) - overall, DISTANCE_MAX);
    const user = clip(logitOf(goalUsers.rate(userKey, goal)) - overall, DISTANCE_MAX);
    sample.length = length;
    sample.offset = overall + item + user;
    appendToSample(sample, ITEM, item, GOAL_MASK);
    appendToSample(sample, USER, user, GOAL_MASK);
    appendToSample(sample, combine32(ITEM_BUCKET, bucketOf(item)), 1, GOAL_MASK);
    appendToSample(sample, combine32(USER_BUCKET, bucketOf(user)), 1, GOAL_MASK);
  }
}

function logitOf(rate: number): number {
  return logit(Math.min(1 - RATE_FLOOR, Math.max(RATE_FLOOR, rate)));
}

function bucketOf(distance: number): number {
  return Math.round((distance + DISTANCE_MAX) * BUCKETS_PER_LOGIT);
}
