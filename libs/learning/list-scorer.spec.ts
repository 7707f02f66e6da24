import fc from 'fast-check';
import { newFeatureVector, type FeatureVector } from '#events';
import { FAMILIES } from '#features';
import { SeededRandom } from '#kernel';
import { ListScorer } from './list-scorer.js';
import { SCORED } from './scorers.fixture.js';
import { OnlineModel } from './online-model.js';
import { contributionsByFeature, RateTotals } from './rate-features.js';
import { LEARNERS, newScores } from './scorer.js';
import { STATISTICS_FEATURE_NAMES } from './statistics-features.js';
import { itemKeyOf, messagesOf, syntheticFeedback } from './synthetic-feedback.js';

const NOW = 1_700_000_900_000;
const ITEMS = 60;
/** libs/features, families.ts: the family stands above these bits. */
const FAMILY_SHIFT = 26;
const records = [...syntheticFeedback({ seed: 3, lists: 150, items: ITEMS })];
const known = records.flatMap((record) => (record.kind === 'outcome' ? [record.features] : []));
const model = new OnlineModel(SCORED);
messagesOf(records, 50).forEach((message, i) => model.fold(i + 1, message));

describe('Scoring a list', () => {
  it('gives each candidate, bit for bit, what the scorer gives it alone', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 31 }),
        fc.integer({ min: 0, max: 20 }),
        fc.integer({ min: 0, max: 20 }),
        (seed, shared, own) => {
          const random = new SeededRandom(seed);
          const common = vectorOf(random, shared);
          const list = new ListScorer(model.scorer);
          list.open(common, NOW);
          for (let candidate = 0; candidate < 8; candidate++) {
            const whole = joined(common, vectorOf(random, own));
            const itemKey = itemKeyOf(random.below(ITEMS + 5)); // some were never seen
            expect(listed(list, whole, shared, itemKey)).toEqual(alone(whole, itemKey));
          }
        },
      ),
    );
  });

  it('explains each candidate by its own features as the whole sample would', () => {
    const random = new SeededRandom(9);
    const shared = 6;
    const common = vectorOf(random, shared);
    const list = new ListScorer(model.scorer);
    list.open(common, NOW);
    for (let candidate = 0; candidate < 12; candidate++) {
      const whole = joined(common, vectorOf(random, candidate));
      const itemKey = itemKeyOf(random.below(ITEMS + 5));
      const own = [...list.explain(whole, itemKey)];
      expect(own).toHaveLength(candidate + STATISTICS_FEATURE_NAMES.length);
      expect(own).toEqual([...explained(whole, itemKey).subarray(shared)]);
    }
  });

  it('does so where a feature is not finite, shared or not', () => {
    const random = new SeededRandom(5);
    for (const broken of [0, 2]) {
      const common = vectorOf(random, 2);
      const whole = joined(common, vectorOf(random, 3));
      whole.values[broken] = NaN;
      common.values.set(whole.values.subarray(0, 2));
      const list = new ListScorer(model.scorer);
      list.open(common, NOW);
      const itemKey = itemKeyOf(1);
      expect(listed(list, whole, 2, itemKey)).toEqual(alone(whole, itemKey));
      // The next candidate is not touched by it.
      const sound = joined(common, vectorOf(random, 3));
      expect(listed(list, sound, 2, itemKey)).toEqual(alone(sound, itemKey));
    }
  });
});

function alone(whole: FeatureVector, itemKey: number) {
  const scores = newScores();
  model.scorer.score(whole, itemKey, NOW, scores);
  return scores;
}

/** Contributions of all features of the vector, then of the statistics. */
function explained(whole: FeatureVector, itemKey: number): Float64Array {
  const { scorer } = model;
  alone(whole, itemKey);
  const all = new Float64Array(scorer.sample.length);
  LEARNERS.forEach((name, k) =>
    scorer.weights[name].contribute(scorer.sample, scorer.blend.coefficients[k + 1]!, all),
  );
  all[all.length - STATISTICS_FEATURE_NAMES.length]! += scorer.reading.ctrLogit - scorer.reading.overallLogit;
  return contributionsByFeature(all, whole, 0, new RateTotals());
}

/** With rubbish where the shared features stand: they must not be read from the candidate. */
function listed(list: ListScorer, whole: FeatureVector, shared: number, itemKey: number) {
  const scores = newScores();
  const candidate = joined(whole, newFeatureVector());
  candidate.indices.fill(12_345, 0, shared);
  candidate.values.fill(9, 0, shared);
  list.score(candidate, itemKey, scores);
  return scores;
}

/** Features the model has learnt, features it has not, and features with a click rate. */
function vectorOf(random: SeededRandom, length: number): FeatureVector {
  const vector = newFeatureVector();
  vector.length = length;
  for (let i = 0; i < length; i++) {
    const learnt = random.pick(known);
    const family = random.below(FAMILIES.length + 1);
    const unknown = ((family << FAMILY_SHIFT) | random.below(2 ** FAMILY_SHIFT)) >>> 0;
    vector.indices[i] = random.next() < 0.7 ? learnt.indices[random.below(learnt.length)]! : unknown;
    vector.values[i] = random.next() < 0.2 ? 300 * random.normal() : 1;
  }
  return vector;
}

function joined(first: FeatureVector, second: FeatureVector): FeatureVector {
  const out = newFeatureVector();
  out.length = first.length + second.length;
  out.indices.set(first.indices.subarray(0, first.length));
  out.values.set(first.values.subarray(0, first.length));
  out.indices.set(second.indices.subarray(0, second.length), first.length);
  out.values.set(second.values.subarray(0, second.length), first.length);
  return out;
}
