/** All estimates of one policy's value from one log, each with its interval; or why there are none. */
import { SeededRandom } from '#kernel';
import {
  chooseThreshold,
  estimate,
  ESTIMATORS,
  MODEL_FREE,
  totals,
  type EstimatorName,
} from './estimators.js';
import { COLUMN_COUNT, COLUMNS, SWITCHED, THRESHOLDS, type OffPolicySums } from './off-policy-sums.js';
import {
  diagnose,
  EFFECTIVE_SAMPLES_MIN,
  refusalOf,
  SUPPORT_MIN,
  type Diagnostics,
  type Refusal,
  type SupportLimits,
} from './support.js';

export interface OffPolicyOptions extends Partial<SupportLimits> {
  readonly seed?: number;
  readonly resamples?: number;
  /** Coverage of the intervals. */
  readonly level?: number;
  /** Most by which the reward model can err on average, for switch-DR's bias; default: the mean reward of the log. */
  readonly modelErrorMax?: number;
}

export interface OffPolicyEstimate extends Interval {
  readonly name: EstimatorName;
  readonly value: number;
  /** Estimate minus the mean reward of the policy that ran, on the same resamples. */
  readonly advantage: Interval & { readonly value: number };
}

export interface Interval {
  readonly standardError: number;
  readonly low: number;
  readonly high: number;
}

export interface OffPolicyReport {
  /** Mean reward of the policy that ran. */
  readonly behaviour: number;
  /** Its interval; missing when refused. */
  readonly behaviourInterval?: Interval;
  readonly diagnostics: Diagnostics;
  /** Empty when refused. */
  readonly estimates: readonly OffPolicyEstimate[];
  readonly refusal?: Refusal;
  /** τ that switch-DR took. */
  readonly threshold?: number;
}

const SEED = 1;
const RESAMPLES = 1_000;
const LEVEL = 0.95;

export function offPolicyReport(sums: OffPolicySums, options: OffPolicyOptions = {}): OffPolicyReport {
  const diagnostics = diagnose(sums);
  const total = totals(sums);
  const behaviour = total[COLUMNS.reward]! / total[COLUMNS.samples]!;
  const refusal = refusalOf(diagnostics, {
    effectiveSamplesMin: options.effectiveSamplesMin ?? EFFECTIVE_SAMPLES_MIN,
    supportMin: options.supportMin ?? SUPPORT_MIN,
  });
  if (refusal) return { behaviour, diagnostics, estimates: [], refusal };
  const names = sums.modelled ? ESTIMATORS : MODEL_FREE;
  const threshold = chooseThreshold(sums, options.modelErrorMax ?? behaviour);
  const resampled = bootstrap(sums, names, threshold, options);
  const tail = (1 - (options.level ?? LEVEL)) / 2;
  const estimates = names.map((name, i) => ({
    name,
    value: estimate(name, total, threshold),
    advantage: {
      value: estimate(name, total, threshold) - behaviour,
      ...spread(
        resampled.values[i]!.map((value, r) => value - resampled.behaviour[r]!),
        tail,
      ),
    },
    ...spread(resampled.values[i]!, tail),
  }));
  const behaviourInterval = spread(resampled.behaviour, tail);
  return {
    behaviour,
    behaviourInterval,
    diagnostics,
    estimates,
    ...(sums.modelled && { threshold: THRESHOLDS[threshold]! }),
  };
}

/** Percentile bootstrap over groups of clusters (Efron 1979; Davison & Hinkley 1997, section 3.8). */
function bootstrap(
  sums: OffPolicySums,
  names: readonly EstimatorName[],
  threshold: number,
  { seed = SEED, resamples = RESAMPLES }: OffPolicyOptions,
): { values: Float64Array[]; behaviour: Float64Array } {
  const { groups } = sums;
  const random = new SeededRandom(seed);
  const values = names.map(() => new Float64Array(resamples));
  const behaviour = new Float64Array(resamples);
  const columns = [...Object.values(COLUMNS), SWITCHED + threshold];
  const width = columns.length;
  const rows = new Float64Array(groups * width);
  for (let g = 0; g < groups; g++)
    columns.forEach((column, c) => (rows[g * width + c] = sums.rows[g * COLUMN_COUNT + column]!));
  const drawn = new Float64Array(COLUMN_COUNT);
  for (let r = 0; r < resamples; r++) {
    const sum = new Float64Array(width);
    for (let g = 0; g < groups; g++) {
      const at = random.below(groups) * width;
      for (let c = 0; c < width; c++) sum[c]! += rows[at + c]!;
    }
    columns.forEach((column, c) => (drawn[column] = sum[c]!));
    names.forEach((name, i) => (values[i]![r] = estimate(name, drawn, threshold)));
    behaviour[r] = drawn[COLUMNS.reward]! / drawn[COLUMNS.samples]!;
  }
  return { values, behaviour };
}

function spread(values: Float64Array, tail: number): Interval {
  values.sort();
  const n = values.length;
  const mean = values.reduce((sum, v) => sum + v, 0) / n;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / Math.max(1, n - 1);
  return {
    standardError: Math.sqrt(variance),
    low: values[Math.floor(tail * n)]!,
    high: values[Math.min(n - 1, Math.floor((1 - tail) * n))]!,
  };
}
