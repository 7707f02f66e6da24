/**
 * What the learners see of one impression of one item: hashed slots and values, and an offset, the logit
 * that is known before any weight is learnt (the item's CTR). Learners predict the rest.
 */
import { FEATURES_MAX, type FeatureVector } from '#events';

/** Room for the statistics and rates that the model appends. */
export const APPENDED_FEATURES_MAX = 24;
export const SAMPLE_FEATURES_MAX = FEATURES_MAX + APPENDED_FEATURES_MAX;
/** Values beyond ± this are cut. */
export const FEATURE_VALUE_MAX = 100;

export interface Sample {
  readonly slots: Uint32Array;
  readonly values: Float32Array;
  length: number;
  /** Known part of the logit, at training weights. */
  offset: number;
  /** Whose memory it stands in (SlotRows), and its address there; others copy it. */
  readonly owner?: object;
  readonly at: number;
}

/** From a sample's slots to its values, in bytes. */
export const VALUES_AT = SAMPLE_FEATURES_MAX * 4;

/** Somewhere, or in given memory (SlotRows.newSample). */
export function newSample(
  { owner, buffer, at }: { owner?: object; buffer: ArrayBufferLike; at: number } = {
    buffer: new ArrayBuffer(SAMPLE_FEATURES_MAX * 8),
    at: 0,
  },
): Sample {
  return {
    slots: new Uint32Array(buffer, at, SAMPLE_FEATURES_MAX),
    values: new Float32Array(buffer, at + VALUES_AT, SAMPLE_FEATURES_MAX),
    length: 0,
    offset: 0,
    owner,
    at,
  };
}

/**
 * Copies the features, masked. False, and nothing to learn from, when a value is not finite.
 * @param from those before it are in the sample already
 */
export function fillSample(sample: Sample, features: FeatureVector, mask: number, from = 0): boolean {
  const { indices, values, length } = features;
  return length <= FEATURES_MAX && fillFrom(sample, indices, values, 0, from, length, mask);
}

/** The same from arrays of many vectors. @param at where this one begins */
export function fillFrom(
  sample: Sample,
  indices: Uint32Array,
  values: Float32Array,
  at: number,
  from: number,
  length: number,
  mask: number,
): boolean {
  const { slots, values: own } = sample;
  for (let i = from; i < length; i++) {
    const value = values[at + i]!;
    if (!(value - value === 0)) return false;
    slots[i] = (indices[at + i]! & mask) >>> 0;
    own[i] =
      value > FEATURE_VALUE_MAX ? FEATURE_VALUE_MAX : value < -FEATURE_VALUE_MAX ? -FEATURE_VALUE_MAX : value;
  }
  sample.length = length;
  sample.offset = 0;
  return true;
}

export function appendToSample(sample: Sample, index: number, value: number, mask: number): void {
  sample.slots[sample.length] = (index & mask) >>> 0;
  sample.values[sample.length] = value;
  sample.length++;
}
