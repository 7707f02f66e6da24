import { newFeatureVector, type FeatureVector } from '#events';
import { SeededRandom } from '#kernel';
import type { OwnFeatures } from '#features';
import { CoarseScorer } from './coarse-scorer.js';
import { newReading, readEvidence } from './item-reading.js';
import { SCORED } from './scorers.fixture.js';
import { OnlineModel } from './online-model.js';
import { appendRateFeatures } from './rate-features.js';
import { fillSample, newSample } from './sample.js';
import { appendEvidenceFeatures } from './statistics-features.js';
import { itemKeyOf, messagesOf, syntheticFeedback } from './synthetic-feedback.js';

/** libs/features, families.ts: the family stands above these bits. A list's features and an item's have different ones. */
const FAMILY_SHIFT = 26;
const USERS_FAMILY = 1;
const ITEMS_FAMILY = 2;
const NO_FAMILY = 0;

const records = [...syntheticFeedback({ seed: 3, lists: 150, items: 20 })];
const known = records.flatMap((record) => (record.kind === 'outcome' ? [...record.features.indices] : []));
const messages = messagesOf(records, 50);
const model = new OnlineModel(SCORED);
const half = Math.ceil(messages.length / 2);
messages.slice(0, half).forEach((message, i) => model.fold(i + 1, message));
const random = new SeededRandom(11);
const shared = vectorOf(5, USERS_FAMILY);
const matches = vectorOf(6, NO_FAMILY);
const owns = Array.from({ length: 20 }, () => ownOf(vectorOf(7, ITEMS_FAMILY)));
const coarse = new CoarseScorer(model.scorer);

describe('The first look at candidates', () => {
  it("is the blend's log-odds of the features that it counts", () => {
    coarse.open(shared, true);
    for (let row = 0; row < owns.length; row++)
      expect(coarse.logOdds(row, itemKeyOf(row), owns[row]!, matches)).toBeCloseTo(
        blendOf(row, owns[row]!),
        4,
      );
  });

  it('sees an item that was changed', () => {
    const changed = ownOf(vectorOf(3, ITEMS_FAMILY));
    coarse.open(shared, true);
    coarse.logOdds(4, itemKeyOf(4), owns[4]!, matches);
    expect(coarse.logOdds(4, itemKeyOf(4), changed, matches)).toBeCloseTo(blendOf(4, changed), 4);
  });

  it('keeps nothing that the model has learnt better: equal to a look without memory, bit for bit', () => {
    const look = (by: CoarseScorer): number[] => {
      by.open(shared, true);
      return owns.map((own, row) => by.logOdds(row, itemKeyOf(row), own, matches));
    };
    const before = look(coarse);
    messages.slice(half).forEach((message, i) => model.fold(half + i + 1, message));
    expect(look(coarse)).toEqual(look(new CoarseScorer(model.scorer)));
    expect(look(coarse)).not.toEqual(before);
  });
});

/** The scorer's own sum over one sample with everything. */
function blendOf(row: number, own: OwnFeatures): number {
  const { scorer } = model;
  const { statistics } = scorer.tables;
  const whole = newFeatureVector();
  for (const { indices, values, length } of [shared, matches, { ...own, length: own.indices.length }])
    for (let i = 0; i < length; i++) {
      whole.indices[whole.length] = indices[i]!;
      whole.values[whole.length++] = values[i]!;
    }
  const sample = newSample();
  const reading = newReading();
  readEvidence(reading, statistics, statistics.rowOf(itemKeyOf(row)), 0);
  fillSample(sample, whole, scorer.mask);
  appendRateFeatures(sample, whole, scorer.rates, reading.overallLogit, scorer.mask, true);
  appendEvidenceFeatures(sample, reading, scorer.mask);
  const { ftrl, fm, olr } = scorer.weights;
  const logits = Float64Array.from([ftrl, fm, olr], (weights) => weights.servedLogit(sample));
  return scorer.calibrators.at(-1)!.logOdds(scorer.blend.logit(scorer.offsetFrom(sample.offset), logits));
}

/** Features that the model has learnt. */
function vectorOf(length: number, family: number): FeatureVector {
  const vector = newFeatureVector();
  for (; vector.length < length; vector.length++) {
    const index = random.pick(known) % 2 ** FAMILY_SHIFT;
    vector.indices[vector.length] = ((family << FAMILY_SHIFT) | index) >>> 0;
    vector.values[vector.length] = random.next();
  }
  return vector;
}

function ownOf({ indices, values, length }: FeatureVector): OwnFeatures {
  return { indices: [...indices.subarray(0, length)], values: [...values.subarray(0, length)] };
}
