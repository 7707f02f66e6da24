/**
 * The value of a policy π from the log of another policy μ, with w = π(a|x) / μ(a|x), reward r and reward model q̂:
 *
 * | estimator | formula | source |
 * |---|---|---|
 * | IPS | mean(w r) | Horvitz & Thompson 1952 |
 * | SNIPS | Σ w r / Σ w | Swaminathan & Joachims 2015 |
 * | DM | mean(Σ_b π(b|x) q̂(x, b)) | |
 * | DR | DM + mean(w (r − q̂)) | Dudík, Langford & Li 2011 |
 * | SNDR | DM + Σ w (r − q̂) / Σ w | |
 * | switch-DR | DM + mean(w (r − q̂) 1[w ≤ τ]) | Wang, Agarwal & Dudík 2017 |
 *
 * IPS is unbiased when μ is right and positive wherever π is; SNIPS has a bias of order 1/n and less variance; DR is right
 * when either μ or q̂ is; switch-DR gives up unbiasedness where weights exceed τ, with τ chosen by the smallest
 * estimated variance plus squared bias bound (their section 4.2, with the mean error of q̂ where they bound the reward:
 * for clicks a bound of 1 never switches).
 */
import { valueOf, type Ratio } from './intervals.js';
import { COLUMN_COUNT, COLUMNS, SWITCHED, THRESHOLDS, type OffPolicySums } from './off-policy-sums.js';

export const ESTIMATORS = ['IPS', 'SNIPS', 'DM', 'DR', 'SNDR', 'switch-DR'] as const;
export type EstimatorName = (typeof ESTIMATORS)[number];
/** Those that need no reward model. */
export const MODEL_FREE: readonly EstimatorName[] = ['IPS', 'SNIPS'];

/** An estimator as ratios of column sums. @param threshold index into THRESHOLDS, for switch-DR */
export function ratiosOf(name: EstimatorName, threshold: number): readonly Ratio[] {
  switch (name) {
    case 'IPS':
      return [{ over: COLUMNS.weighted, under: COLUMNS.samples }];
    case 'SNIPS':
      return [{ over: COLUMNS.weighted, under: COLUMNS.weight }];
    case 'DM':
      return [DIRECT];
    case 'DR':
      return [DIRECT, { over: COLUMNS.residual, under: COLUMNS.samples }];
    case 'SNDR':
      return [DIRECT, { over: COLUMNS.residual, under: COLUMNS.weight }];
    case 'switch-DR':
      return [DIRECT, { over: SWITCHED + threshold, under: COLUMNS.samples }];
  }
}

const DIRECT: Ratio = { over: COLUMNS.expected, under: COLUMNS.samples };
/** The mean reward of the policy that ran. */
export const BEHAVIOUR: Ratio = { over: COLUMNS.reward, under: COLUMNS.samples };

/** Sums over all groups. */
export function totals(sums: OffPolicySums): Float64Array {
  const total = new Float64Array(COLUMN_COUNT);
  for (let g = 0; g < sums.groups; g++)
    for (let c = 0; c < COLUMN_COUNT; c++) total[c]! += sums.rows[g * COLUMN_COUNT + c]!;
  return total;
}

/** The index of the threshold with the least estimated mean squared error. @param modelErrorMax bound of the reward model's mean error */
export function chooseThreshold(sums: OffPolicySums, modelErrorMax: number): number {
  const total = totals(sums);
  let best = THRESHOLDS.length - 1;
  let least = Infinity;
  for (let i = THRESHOLDS.length - 1; i >= 0; i--) {
    const bias = (modelErrorMax * sums.beyond[i]!) / total[COLUMNS.samples]!;
    const error = varianceOfMean(sums, i, total) + bias * bias;
    if (error < least) {
      least = error;
      best = i;
    }
  }
  return best;
}

/** Variance of switch-DR as a mean over clusters (linearised, as for a ratio of sums). */
function varianceOfMean({ rows, groups }: OffPolicySums, threshold: number, total: Float64Array): number {
  const n = total[COLUMNS.samples]!;
  const mean = valueOf(ratiosOf('switch-DR', threshold), total);
  let squares = 0;
  for (let g = 0; g < groups; g++) {
    const at = g * COLUMN_COUNT;
    const value = rows[at + COLUMNS.expected]! + rows[at + SWITCHED + threshold]!;
    squares += (value - mean * rows[at + COLUMNS.samples]!) ** 2;
  }
  return squares / (n * n);
}
