import { sampleOf, step } from '../learner-contract.js';
import { FactorisationMachine } from '../factorisation-machine.js';
import { ByteReader } from '../byte-reader.js';
import { ByteWriter } from '../byte-writer.js';
import { FtrlWeights } from '../ftrl-weights.js';
import { FactorWeights } from '../factor-weights.js';
import { FeatureRates } from '../feature-rates.js';
import { FtrlProximal } from '../ftrl-proximal.js';
import { OnlineLogisticRegression } from '../online-logistic-regression.js';
import { copyPoints, decodeSlots, encodeSlots } from '../slot-points.js';
import { factorPointOf, LINEAR_POINTS, roundedCount, servedFactor, servedWeight } from './grid.js';
import { SlotRows } from './slot-rows.js';

describe('The grid', () => {
  it('leaves its own points as they are, and moves nothing further than half a step', () => {
    for (let weight = -3; weight < 3; weight += 0.0137) {
      const served = servedWeight(weight);
      expect(Math.abs(served - weight)).toBeLessThanOrEqual(0.5 / LINEAR_POINTS);
      expect(servedWeight(served)).toBe(served);
      const factor = servedFactor(weight);
      expect(servedFactor(factor)).toBe(factor);
    }
    expect(factorPointOf(0.0173)).toBe(0);
  });

  it('keeps small counts, and rounds large ones within 3.2 %', () => {
    for (let count = 0; count <= 32; count++) expect(roundedCount(count)).toBe(count);
    for (let count = 33; count < 2 ** 24; count = Math.ceil(count * 1.07)) {
      const rounded = roundedCount(count);
      expect(Math.abs(rounded / count - 1)).toBeLessThan(0.032);
      expect(roundedCount(rounded)).toBe(rounded);
    }
  });

  it.each([8, 3, 12, 40])(
    'is what hosts predict with, %i factors: told of all that moved, and of little else',
    (factors) => {
      const settings = { factors, alpha: 0.1, l2: 1e-5, initScale: 0.3 };
      const rows = SlotRows.toLearn(256, factors);
      const machine = new FactorisationMachine(rows, settings, 5);
      const host = SlotRows.toPredict(256, factors);
      const follow = (): number => {
        const told = new ByteWriter();
        encodeSlots(rows, told, 100_000);
        decodeSlots(host, new ByteReader(told.bytes()));
        return told.length;
      };
      const weights = new FactorWeights(host);
      for (let i = 0; i < 300; i++) {
        step(machine, sampleOf([i % 7, 10 + (i % 11), 40 + (i % 13)]), (i % 3 === 0 ? 1 : 0) as 0 | 1);
        if (i % 50 !== 0) continue;
        follow();
        weights.w0[0] = machine.weights.w0[0]!;
        const probe = sampleOf([3, 12, 45]);
        expect(weights.logit(probe)).toBe(machine.weights.servedLogit(probe));
        expect(follow()).toBe(1); // nothing: the end of a list
      }
    },
  );

  it.each([8, 3, 40])('is what deltas tell and snapshots copy alike, %i factors', (factors) => {
    const slots = 512;
    const rows = SlotRows.toLearn(slots, factors);
    const learners = [
      new FtrlProximal(rows, { alpha: 0.3, beta: 1, l1: 0.01, l2: 1 }),
      new FactorisationMachine(rows, { factors, alpha: 0.2, l2: 1e-5, initScale: 0.5 }, 5),
      new OnlineLogisticRegression(rows, { alpha: 0.3 }),
    ];
    const rates = new FeatureRates(rows, 10);
    const told = SlotRows.toPredict(slots, factors);
    for (let i = 0; i < 600; i++) {
      const features = [(1 << 26) | (i % 7), (2 << 26) | (10 + (i % 301))];
      const label = (i % 3 === 0 ? 1 : 0) as 0 | 1;
      for (const learner of learners) step(learner, sampleOf(features.map((index) => index % slots)), label);
      rates.open(i);
      rates.record(
        { indices: Uint32Array.from(features), values: new Float32Array(2).fill(1), length: 2 },
        label,
      );
      if (i % 100 !== 99) continue;
      const writer = new ByteWriter();
      encodeSlots(rows, writer, 1_000_000);
      decodeSlots(told, new ByteReader(writer.bytes()));
      const copied = SlotRows.toPredict(slots, factors);
      const all = Uint32Array.from({ length: slots }, (_, slot) => slot);
      copyPoints(new FtrlWeights(rows, 1), copied, all);
      for (let slot = 0; slot < slots; slot++) expect(rowOf(told, slot)).toEqual(rowOf(copied, slot));
    }
  });
});

const rowOf = (rows: SlotRows, slot: number): number[] =>
  [...rows.words.subarray(rows.row(slot), rows.row(slot + 1))].map((bits) =>
    bits === 0x80000000 ? 0 : bits,
  );
