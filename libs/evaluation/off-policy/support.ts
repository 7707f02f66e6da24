/**
 * Whether a log can say anything about a policy at all. An estimate without support is not wide but wrong: what the log
 * could never have shown leaves no trace in any interval. So such a question is refused, with the reason.
 */
import { COLUMN_COUNT, COLUMNS, type OffPolicySums } from './off-policy-sums.js';

/** Fewer effective samples than this support no interval. */
export const EFFECTIVE_SAMPLES_MIN = 100;
/** Of fewer users, say, nothing can be told of those who were not there: resamples of a handful are hardly different from each other. */
export const CLUSTERS_MIN = 20;
/** At least this much of the evaluated policy's choices must have been possible in the log. */
export const SUPPORT_MIN = 0.95;

export type RefusalCode =
  | 'nothing-logged'
  | 'no-outcomes'
  | 'no-propensities'
  | 'no-support'
  | 'few-effective-samples'
  | 'few-clusters'
  | 'not-reproduced'
  | 'wrong-propensities';

export interface Refusal {
  readonly code: RefusalCode;
  /** For a person: what is missing, and what would help. */
  readonly reason: string;
}

export interface Diagnostics {
  readonly samples: number;
  /** Whose choices depend on each other: users, say. */
  readonly clusters: number;
  readonly withoutPropensity: number;
  /** Kish 1965: (Σ w)² / Σ w². */
  readonly effectiveSamples: number;
  /**
   * The same in expectation, where both policies are known: samples / mean E[w²]. A log that happens to lack the choices of large weight
   * looks as if it had more.
   */
  readonly expectedEffectiveSamples?: number;
  readonly weightMax: number;
  /** 1 in expectation, when the log supports the policy. */
  readonly weightMean: number;
  readonly weightMeanStandardError: number;
  /** Mean of Σ_b π(b|x) 1[μ(b|x) > 0], where it is known. */
  readonly support?: number;
}

export interface SupportLimits {
  readonly effectiveSamplesMin: number;
  readonly clustersMin: number;
  readonly supportMin: number;
}

export function diagnose(sums: OffPolicySums): Diagnostics {
  let weights = 0;
  for (let g = 0; g < sums.groups; g++) weights += sums.rows[g * COLUMN_COUNT + COLUMNS.weight]!;
  const weightMean = sums.samples === 0 ? NaN : weights / sums.samples;
  return {
    samples: sums.samples,
    clusters: sums.groups,
    withoutPropensity: sums.withoutPropensity,
    effectiveSamples: sums.weightSquares === 0 ? 0 : weights ** 2 / sums.weightSquares,
    ...(sums.spreadKnown &&
      sums.samples > 0 && { expectedEffectiveSamples: sums.samples ** 2 / sums.expectedSquares }),
    weightMax: sums.weightMax,
    weightMean,
    weightMeanStandardError: standardErrorOfWeights(sums, weightMean),
    ...(sums.supportKnown > 0 && { support: sums.supported / sums.supportKnown }),
  };
}

export function refusalOf(diagnostics: Diagnostics, limits: SupportLimits): Refusal | undefined {
  const { samples, withoutPropensity, effectiveSamples, support } = diagnostics;
  if (samples + withoutPropensity === 0)
    return { code: 'nothing-logged', reason: 'the log holds no choice of the policy that ran' };
  if (samples === 0)
    return {
      code: 'no-propensities',
      reason: `none of ${withoutPropensity} logged choices says with which probability it was made`,
    };
  if (support !== undefined && support < limits.supportMin) return unsupported(support);
  // Without both distributions at hand the mean weight tells: it is the share of π that μ could have shown.
  const plausible = diagnostics.weightMean + 2 * diagnostics.weightMeanStandardError;
  if (support === undefined && plausible < limits.supportMin) return unsupported(plausible);
  const effective = Math.min(effectiveSamples, diagnostics.expectedEffectiveSamples ?? Infinity);
  if (effective < limits.effectiveSamplesMin)
    return {
      code: 'few-effective-samples',
      reason:
        `${samples} logged choices weigh as much as ${effective.toFixed(1)} of the evaluated policy (least: ` +
        `${limits.effectiveSamplesMin}): the two policies choose too differently, or the log is too short`,
    };
  if (diagnostics.clusters < limits.clustersMin)
    return {
      code: 'few-clusters',
      reason: `the logged choices were made for ${diagnostics.clusters} users (least: ${limits.clustersMin}): what so few do says little of others`,
    };
  return undefined;
}

function unsupported(share: number): Refusal {
  return {
    code: 'no-support',
    reason:
      `the policy that ran could have made at most ${(share * 100).toFixed(1)} % of the evaluated policy's choices: ` +
      'the log holds nothing about the others. Let the policy that runs explore (serving.explore above 0)',
  };
}

function standardErrorOfWeights({ rows, groups, samples }: OffPolicySums, mean: number): number {
  let squares = 0;
  for (let g = 0; g < groups; g++) {
    const at = g * COLUMN_COUNT;
    squares += (rows[at + COLUMNS.weight]! - mean * rows[at + COLUMNS.samples]!) ** 2;
  }
  return samples === 0 ? NaN : Math.sqrt(squares) / samples;
}
