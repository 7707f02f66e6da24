/** All estimates of one policy's value from one log, each with its interval; or why there are none. */
import {
  BEHAVIOUR,
  chooseThreshold,
  ESTIMATORS,
  MODEL_FREE,
  ratiosOf,
  totals,
  type EstimatorName,
} from './estimators.js';
import { intervalsOf, valueOf, type Interval } from './intervals.js';
import { THRESHOLDS, type OffPolicySums } from './off-policy-sums.js';
import {
  CLUSTERS_MIN,
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

export type { Interval } from './intervals.js';

export interface OffPolicyEstimate extends Interval {
  readonly name: EstimatorName;
  readonly value: number;
  /** Estimate minus the mean reward of the policy that ran, on the same resamples. */
  readonly advantage: Interval & { readonly value: number };
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
  const behaviour = valueOf([BEHAVIOUR], total);
  const refusal = refusalOf(diagnostics, {
    effectiveSamplesMin: options.effectiveSamplesMin ?? EFFECTIVE_SAMPLES_MIN,
    clustersMin: options.clustersMin ?? CLUSTERS_MIN,
    supportMin: options.supportMin ?? SUPPORT_MIN,
  });
  if (refusal) return { behaviour, diagnostics, estimates: [], refusal };
  const names = sums.modelled ? ESTIMATORS : MODEL_FREE;
  const threshold = chooseThreshold(sums, options.modelErrorMax ?? behaviour);
  const estimators = names.map((name) => ratiosOf(name, threshold));
  const advantages = estimators.map((ratios) => [...ratios, { ...BEHAVIOUR, sign: -1 as const }]);
  const { seed = SEED, resamples = RESAMPLES, level = LEVEL } = options;
  const [behaviourInterval, ...intervals] = intervalsOf(sums, [[BEHAVIOUR], ...estimators, ...advantages], {
    seed,
    resamples,
    level,
  });
  const factor = wideningOf(diagnostics);
  const estimates = names.map((name, i) => {
    const [value, advantage] = [valueOf(estimators[i]!, total), valueOf(advantages[i]!, total)];
    // DM has no weights.
    const by = name === 'DM' ? 1 : factor;
    return {
      name,
      value,
      advantage: { value: advantage, ...widened(intervals[names.length + i]!, advantage, by) },
      ...within(widened(intervals[i]!, value, by), sums.rewardMin),
    };
  });
  return {
    behaviour,
    behaviourInterval: within(behaviourInterval!, sums.rewardMin),
    diagnostics,
    estimates,
    ...(sums.modelled && { threshold: THRESHOLDS[threshold]! }),
  };
}

/** How much a log that happens to lack choices of large weight makes estimates look more certain than they are: by the root of Σ w². */
function wideningOf({
  effectiveSamples,
  expectedEffectiveSamples = Infinity,
  weightMean,
}: Diagnostics): number {
  return Math.sqrt(Math.max(1, effectiveSamples / expectedEffectiveSamples / weightMean ** 2));
}

function widened({ standardError, low, high }: Interval, value: number, by: number): Interval {
  return { standardError, low: value - by * (value - low), high: value + by * (high - value) };
}

/** No policy earns less than the least that was ever earned, or nothing. */
function within({ standardError, low, high }: Interval, rewardMin: number): Interval {
  return { standardError, low: Math.max(low, Math.min(0, rewardMin)), high };
}
