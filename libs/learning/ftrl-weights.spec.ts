import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { FtrlProximal, priorPrecision } from './ftrl-proximal.js';
import { FtrlWeights } from './ftrl-weights.js';
import { SlotRows } from './kernels/slot-rows.js';
import { sampleOf, step } from './learner-contract.js';
import { copyPoints, decodeSlots, encodeSlots } from './slot-points.js';

const SETTINGS = { alpha: 0.1, beta: 1, l1: 0, l2: 1 };

describe("FTRL's uncertainty", () => {
  it('starts at the prior and falls with the information seen: 1 / (q₀ + n)', () => {
    const learner = new FtrlProximal(SlotRows.toLearn(64), SETTINGS);
    const probe = sampleOf([3, 4], [1, 2]);
    const prior = priorPrecision(SETTINGS);
    expect(learner.weights.variance(probe)).toBeCloseTo(5 / prior, 12);
    let information = 0;
    for (let i = 0; i < 400; i++) {
      const p = 1 / (1 + Math.exp(-learner.weights.logit(sampleOf([3]))));
      information += (p - (i % 2)) ** 2;
      step(learner, sampleOf([3]), (i % 2) as 0 | 1);
    }
    const seen = learner.weights.variance(sampleOf([3]));
    expect(Math.abs(seen * (prior + information) - 1)).toBeLessThan(0.07);
    expect(learner.weights.variance(sampleOf([4]))).toBeCloseTo(1 / prior, 12);
  });

  it('reaches a replica with the rows, and a learner with its snapshot', () => {
    const learner = new FtrlProximal(SlotRows.toLearn(64), SETTINGS);
    for (let i = 0; i < 50; i++) step(learner, sampleOf([i % 7]), (i % 2) as 0 | 1);
    const slots = Uint32Array.from({ length: 7 }, (_, i) => i);
    const { weights } = learner;
    const told = new ByteWriter();
    encodeSlots(weights.rows, told, 1_000);
    const followed = new FtrlWeights(SlotRows.toPredict(64), priorPrecision(SETTINGS));
    decodeSlots(followed.rows, new ByteReader(told.bytes()));
    const copied = new FtrlWeights(SlotRows.toPredict(64), priorPrecision(SETTINGS));
    copyPoints(weights, copied.rows, slots);
    for (const replica of [followed, copied]) {
      expect(informations(replica)).toEqual(informations(weights));
      expect(replica.logit(sampleOf([1, 5]))).toBe(weights.servedLogit(sampleOf([1, 5])));
    }
    const state = new ByteWriter();
    weights.rows.encode(state, slots);
    const restored = new FtrlProximal(SlotRows.toLearn(64), SETTINGS);
    restored.weights.rows.decode(new ByteReader(state.bytes()), slots);
    expect(informations(restored.weights)).toEqual(informations(learner.weights));
  });
});

const informations = (weights: FtrlWeights): number[] =>
  Array.from({ length: 64 }, (_, slot) => weights.information(slot));
