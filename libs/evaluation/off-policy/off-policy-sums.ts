/**
 * What the estimators need of a log, in bounded memory: component sums by group of clusters. Every estimator is a ratio
 * of such sums, so a bootstrap over groups needs no second pass and no samples kept.
 *
 * A group is a cluster as long as there are at most GROUPS_MAX; beyond, clusters share groups by hash, which
 * leaves the bootstrap valid (whole clusters stay together) and a little coarser.
 */
import { mix32 } from '#kernel';
import type { OffPolicySample } from './off-policy-sample.js';

export const GROUPS_MAX = 4_096;

/** Thresholds that switch-DR may take; the last never switches, which is the plain doubly robust estimator. */
export const THRESHOLDS: readonly number[] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, Infinity];

/** Columns of one group: see `add`. Those of the thresholds follow. */
export const COLUMNS = { samples: 0, reward: 1, weight: 2, weighted: 3, expected: 4, residual: 5 } as const;
export const SWITCHED = 6;
export const COLUMN_COUNT = SWITCHED + THRESHOLDS.length;

export class OffPolicySums {
  /** Group after group, COLUMN_COUNT sums each. */
  rows = new Float64Array(64 * COLUMN_COUNT);
  groups = 0;
  samples = 0;
  /** Left out: the log has no propensity for them. */
  withoutPropensity = 0;
  weightMax = 0;
  rewardMin = 0;
  weightSquares = 0;
  /** Σ of `weightSquare`, if every sample came with one. */
  expectedSquares = 0;
  spreadKnown = true;
  /** Σ w·1[w > τ] by threshold: what switch-DR leaves to the reward model. */
  readonly beyond = new Float64Array(THRESHOLDS.length);
  /** Whether every sample came with a reward model's predictions. */
  modelled = true;
  /** Σ of `supported`, and of how many samples. */
  supported = 0;
  supportKnown = 0;
  private readonly groupOf = new Map<number, number>();

  add(sample: OffPolicySample): void {
    const { reward, behaviour, target } = sample;
    if (behaviour === undefined || !(behaviour > 0 && behaviour <= 1)) return void this.withoutPropensity++;
    const weight = target / behaviour;
    if (!Number.isFinite(weight * reward) || weight < 0)
      throw new Error(`off-policy sample with reward ${reward}, propensities ${behaviour} and ${target}`);
    this.samples++;
    this.weightMax = Math.max(this.weightMax, weight);
    this.rewardMin = Math.min(this.rewardMin, reward);
    this.weightSquares += weight * weight;
    if (sample.weightSquare === undefined) this.spreadKnown = false;
    else this.expectedSquares += sample.weightSquare;
    if (sample.supported !== undefined) {
      this.supported += sample.supported;
      this.supportKnown++;
    }
    const at = this.group(sample.cluster) * COLUMN_COUNT;
    this.rows[at + COLUMNS.samples]! += 1;
    this.rows[at + COLUMNS.reward]! += reward;
    this.rows[at + COLUMNS.weight]! += weight;
    this.rows[at + COLUMNS.weighted]! += weight * reward;
    this.addModelled(at, sample, weight);
  }

  private addModelled(at: number, { predicted, expected, reward }: OffPolicySample, weight: number): void {
    if (predicted === undefined || expected === undefined) return void (this.modelled = false);
    const residual = weight * (reward - predicted);
    this.rows[at + COLUMNS.expected]! += expected;
    this.rows[at + COLUMNS.residual]! += residual;
    THRESHOLDS.forEach((threshold, i) => {
      if (weight <= threshold) this.rows[at + SWITCHED + i]! += residual;
      else this.beyond[i]! += weight;
    });
  }

  private group(cluster: number): number {
    const known = this.groupOf.get(cluster);
    if (known !== undefined) return known;
    if (this.groups === GROUPS_MAX)
      return mix32((cluster >>> 0) ^ Math.floor(cluster / 2 ** 32)) % GROUPS_MAX;
    this.groupOf.set(cluster, this.groups);
    if ((this.groups + 1) * COLUMN_COUNT > this.rows.length) {
      const larger = new Float64Array(this.rows.length * 2);
      larger.set(this.rows);
      this.rows = larger;
    }
    return this.groups++;
  }
}
