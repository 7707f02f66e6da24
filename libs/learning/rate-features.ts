/**
 * The click rates of a sample's features, appended by this one function when learning and when serving (invariant I8): one
 * numeric feature a family, the mean distance of its members from the overall rate.
 */
import { fnv1a32 } from '#kernel';
import type { FeatureVector } from '#events';
import { FAMILIES, familyOf } from '#features';
import type { FeatureRates } from './feature-rates.js';
import { clip, sigmoid } from './logistic.js';
import { appendToSample, type Sample } from './sample.js';

const DISTANCE_MAX = 4;
/** By family number; 0 is no family. */
const INDICES = [0, ...FAMILIES.map((name) => fnv1a32(`rate:${name}`))];
const firsts = new Int32Array(INDICES.length);

/**
 * What the rates contributed, counted for the first member of each family: a person is told of the brand, not of its rate.
 * @param contributions of the features from `from` on, of the rates of all features, then of the rest of the sample
 * @param before the families of the features before `from`: what their rates contribute belongs to those
 * @returns of the features from `from` on, then of the rest
 */
export function contributionsByFeature(
  contributions: Float64Array,
  features: FeatureVector,
  from: number,
  before: RateTotals,
): Float64Array {
  const own = features.length - from;
  firsts.fill(-1);
  for (let i = features.length - 1; i >= from; i--) {
    const family = familyOf(features.indices[i]!);
    if (family < INDICES.length) firsts[family] = i - from;
  }
  let rate = own;
  for (let family = 1; family < INDICES.length; family++) {
    if (before.has(family)) rate++;
    else if (firsts[family]! >= 0) contributions[firsts[family]!]! += contributions[rate++]!;
  }
  const out = new Float64Array(contributions.length - (rate - own));
  out.set(contributions.subarray(0, own));
  out.set(contributions.subarray(rate), own);
  return out;
}

/**
 * @param overallLogit of the overall CTR when the sample was shown
 * @param served with the counts that hosts know
 */
export function appendRateFeatures(
  sample: Sample,
  features: FeatureVector,
  rates: FeatureRates,
  overallLogit: number,
  mask: number,
  served: boolean,
): void {
  totals.clear();
  totals.add(features, 0, rates, overallLogit, served);
  totals.append(sample, mask);
}

/** The same with rates that were remembered, one a family that is there, in order. */
export function appendRememberedRates(
  sample: Sample,
  features: FeatureVector,
  rates: Float32Array,
  mask: number,
): void {
  const families = familiesOf(features);
  for (let family = 1, next = 0; family < INDICES.length; family++)
    if (families & (1 << family)) appendToSample(sample, INDICES[family]!, rates[next++]!, mask);
}

/** A bit for each family that has a rate: 1 << its number. */
export function familiesOf(features: FeatureVector): number {
  let families = 0;
  for (let i = 0; i < features.length; i++) {
    const family = familyOf(features.indices[i]!);
    if (family > 0 && family < INDICES.length) families |= 1 << family;
  }
  return families;
}

/** Sums of distances by family, over features that come bit by bit. */
export class RateTotals {
  private readonly sums = new Float64Array(INDICES.length);
  private readonly members = new Uint8Array(INDICES.length);

  clear(): void {
    this.sums.fill(0);
    this.members.fill(0);
  }

  /** Whether a feature of the family was added. */
  has(family: number): boolean {
    return this.members[family]! > 0;
  }

  /** Becomes equal to `other`. */
  copy(other: RateTotals): void {
    this.sums.set(other.sums);
    this.members.set(other.members);
  }

  /** @param from place of the first feature to count. @param served with the counts that hosts know */
  add(
    features: FeatureVector,
    from: number,
    rates: FeatureRates,
    overallLogit: number,
    served: boolean,
  ): void {
    const { sums, members } = this;
    const p0 = sigmoid(overallLogit);
    for (let i = from; i < features.length; i++) {
      const family = familyOf(features.indices[i]!);
      if (family === 0 || family >= INDICES.length) continue;
      sums[family]! += rates.distance(features.indices[i]!, p0, overallLogit, served);
      members[family]!++;
    }
  }

  append(sample: Sample, mask: number): void {
    const { sums, members } = this;
    for (let family = 1; family < INDICES.length; family++)
      if (members[family]! > 0)
        appendToSample(sample, INDICES[family]!, clip(sums[family]! / members[family]!, DISTANCE_MAX), mask);
  }
}

const totals = new RateTotals();
