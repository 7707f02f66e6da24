/** The suite that every learner passes. Called from learners.spec.ts with each of them. */
import { SeededRandom } from '#kernel';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { sigmoid } from './logistic.js';
import type { OnlineLearner } from './online-learner.js';
import { newSample, type Sample } from './sample.js';

export const CONTRACT_SLOTS = 1_024;

export function learnerContract(name: string, create: () => OnlineLearner): void {
  describe(`${name} keeps the learner contract`, () => {
    it('continues bit for bit from a snapshot', () => {
      const stopped = create();
      const reference = create();
      train(reference, 600, 1);
      train(stopped, 300, 1);
      const resumed = restored(stopped, create());
      train(resumed, 600, 1, 300);
      expect(bytesOf(resumed)).toEqual(bytesOf(reference));
      expect(resumed.weights.logit(sampleOf([1, 2, 3]))).toBe(reference.weights.logit(sampleOf([1, 2, 3])));
    });

    it('gives equal bytes for equal samples, and other bytes for others', () => {
      const [a, b, c] = [create(), create(), create()];
      train(a, 200, 7);
      train(b, 200, 7);
      train(c, 200, 8);
      expect(bytesOf(a)).toEqual(bytesOf(b));
      expect(bytesOf(a)).not.toEqual(bytesOf(c));
    });

    it('adds nothing for features it has never seen, nor for none at all', () => {
      const learner = create();
      const slots = [10, 11];
      for (let i = 0; i < 50; i++) step(learner, sampleOf(slots), i % 2 === 0 ? 1 : 0);
      const known = learner.weights.logit(sampleOf(slots));
      expect(learner.weights.logit(sampleOf([...slots, 900, 901]))).toBe(known);
      expect(Number.isFinite(learner.weights.logit(sampleOf([])))).toBe(true);
    });

    it('does not depend on the order of features', () => {
      const [forward, backward] = [create(), create()];
      const random = new SeededRandom(3);
      for (let i = 0; i < 300; i++) {
        const slots = Array.from({ length: 6 }, (_, place) => place * 100 + random.below(20));
        const label = random.below(2) as 0 | 1;
        step(forward, sampleOf(slots), label);
        step(backward, sampleOf([...slots].reverse()), label);
      }
      const probe = sampleOf([5, 105, 205, 305]);
      expect(forward.weights.logit(probe)).toBeCloseTo(backward.weights.logit(probe), 3);
    });

    it('learns a known weight vector', () => {
      const learner = create();
      const truth = [-1, 1.5, -1.5, 0.8, -0.8, 2];
      const random = new SeededRandom(11);
      for (let i = 0; i < 40_000; i++) {
        const slots = [0, 1 + random.below(5)];
        step(
          learner,
          sampleOf(slots),
          random.next() < sigmoid(slots.reduce((sum, slot) => sum + truth[slot]!, 0)) ? 1 : 0,
        );
      }
      for (let slot = 1; slot <= 5; slot++) {
        expect(
          Math.abs(sigmoid(learner.weights.logit(sampleOf([0, slot]))) - sigmoid(truth[0]! + truth[slot]!)),
        ).toBeLessThan(0.06);
      }
    });

    it('cuts and counts a step that is too large, and stays finite', () => {
      const learner = create();
      const sample = sampleOf([1, 2]);
      learner.weights.logit(sample);
      learner.update(sample, 1e6);
      expect(learner.clipped).toBeGreaterThan(0);
      expect(Number.isFinite(learner.weights.logit(sample))).toBe(true);
    });

    it('explains the logit that it serves: contributions add up', () => {
      const learner = create();
      train(learner, 500, 5);
      const sample = sampleOf([1, 101, 201]);
      const logit = learner.weights.servedLogit(sample);
      const parts = new Float64Array(3);
      learner.weights.contribute(sample, 1, parts);
      const constant = learner.weights.servedLogit(sampleOf([]));
      expect(parts.reduce((sum, part) => sum + part, constant)).toBeCloseTo(logit, 6);
    });
  });
}

export function sampleOf(slots: readonly number[], values: readonly number[] = slots.map(() => 1)): Sample {
  const sample = newSample();
  slots.forEach((slot, i) => {
    sample.slots[i] = slot;
    sample.values[i] = values[i]!;
  });
  sample.length = slots.length;
  return sample;
}

export function step(learner: OnlineLearner, sample: Sample, label: 0 | 1, weight = 1): void {
  learner.update(sample, weight * (sigmoid(sample.offset + learner.weights.logit(sample)) - label));
}

/** Random samples `skip` .. `count` of the seed's sequence. */
function train(learner: OnlineLearner, count: number, seed: number, skip = 0): void {
  const random = new SeededRandom(seed);
  for (let i = 0; i < count; i++) {
    const slots = Array.from({ length: 5 }, (_, place) => place * 100 + random.below(30));
    const values = slots.map(() => random.normal());
    const label = (random.next() < 0.3 ? 1 : 0) as 0 | 1;
    if (i >= skip) step(learner, sampleOf(slots, values), label);
  }
}

const ALL_SLOTS = Uint32Array.from({ length: CONTRACT_SLOTS }, (_, slot) => slot);

function bytesOf(learner: OnlineLearner): Buffer {
  const writer = new ByteWriter();
  learner.encode(writer);
  learner.weights.rows.encode(writer, ALL_SLOTS);
  return Buffer.from(writer.bytes());
}

function restored(from: OnlineLearner, into: OnlineLearner): OnlineLearner {
  const reader = new ByteReader(bytesOf(from));
  into.decode(reader);
  into.weights.rows.decode(reader, ALL_SLOTS);
  return into;
}
