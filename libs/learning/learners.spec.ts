import { FactorisationMachine } from './factorisation-machine.js';
import { FtrlProximal } from './ftrl-proximal.js';
import { SlotRows } from './kernels/slot-rows.js';
import { CONTRACT_SLOTS, learnerContract, sampleOf, step } from './learner-contract.js';
import { sigmoid } from './logistic.js';
import { OnlineLogisticRegression } from './online-logistic-regression.js';
import { SeededRandom } from '#kernel';

const FTRL = { alpha: 0.1, beta: 1, l1: 0.1, l2: 1 };
const FM = { factors: 4, alpha: 0.05, l2: 1e-5, initScale: 0.01 };

learnerContract(
  'FTRL-Proximal',
  () => new FtrlProximal(SlotRows.toLearn(CONTRACT_SLOTS), { ...FTRL, alpha: 0.3, l1: 0, l2: 0.01 }),
);
learnerContract(
  'Factorisation machine',
  () => new FactorisationMachine(SlotRows.toLearn(CONTRACT_SLOTS, FM.factors), FM, 42),
);
learnerContract(
  'Factorisation machine whose factors fill no vector',
  () => new FactorisationMachine(SlotRows.toLearn(CONTRACT_SLOTS, 3), { ...FM, factors: 3 }, 42),
);
learnerContract(
  'Online logistic regression',
  () => new OnlineLogisticRegression(SlotRows.toLearn(CONTRACT_SLOTS), { alpha: 0.05 }),
);

describe('FTRL-Proximal', () => {
  it('follows the paper’s algorithm, step by step', () => {
    const learner = new FtrlProximal(SlotRows.toLearn(CONTRACT_SLOTS), FTRL);
    const z = new Map<number, number>();
    const n = new Map<number, number>();
    const weight = (slot: number): number => {
      const zi = z.get(slot) ?? 0;
      if (Math.abs(zi) <= FTRL.l1) return 0;
      return (
        -(zi - Math.sign(zi) * FTRL.l1) / ((FTRL.beta + Math.sqrt(n.get(slot) ?? 0)) / FTRL.alpha + FTRL.l2)
      );
    };
    const random = new SeededRandom(5);
    for (let t = 0; t < 2_000; t++) {
      const slots = [random.below(20), 20 + random.below(20), 40 + random.below(20)];
      const values = slots.map(() => 0.5 + random.next());
      const label = (random.next() < 0.4 ? 1 : 0) as 0 | 1;
      const p = sigmoid(slots.reduce((sum, slot, i) => sum + weight(slot) * Math.fround(values[i]!), 0));
      step(learner, sampleOf(slots, values), label);
      const before = slots.map(weight);
      slots.forEach((slot, i) => {
        const g = (p - label) * Math.fround(values[i]!);
        const old = n.get(slot) ?? 0;
        const sigma = (Math.sqrt(old + g * g) - Math.sqrt(old)) / FTRL.alpha;
        z.set(slot, (z.get(slot) ?? 0) + g - sigma * before[i]!);
        n.set(slot, old + g * g);
      });
    }
    for (let slot = 0; slot < 60; slot++) expect(learner.weights.weight(slot)).toBeCloseTo(weight(slot), 4);
  });

  it('leaves a weight at zero until its evidence exceeds λ1', () => {
    const learner = new FtrlProximal(SlotRows.toLearn(CONTRACT_SLOTS), { ...FTRL, l1: 2 });
    for (let i = 0; i < 3; i++) step(learner, sampleOf([1]), 1);
    expect(learner.weights.weight(1)).toBe(0);
    for (let i = 0; i < 10; i++) step(learner, sampleOf([1]), 1);
    expect(learner.weights.weight(1)).toBeGreaterThan(0);
  });
});

describe('Factorisation machine', () => {
  it('computes the pairwise term of the definition', () => {
    const machine = trainedMachine();
    const slots = [3, 104, 205];
    const values = [1, 0.5, -2];
    const { weights } = machine;
    let expected = weights.w0[0]!;
    slots.forEach((slot, i) => (expected += weights.weight(slot) * values[i]!));
    for (let i = 0; i < 3; i++) {
      for (let j = i + 1; j < 3; j++) {
        for (let f = 0; f < FM.factors; f++) {
          expected += weights.factor(slots[i]!, f) * weights.factor(slots[j]!, f) * values[i]! * values[j]!;
        }
      }
    }
    expect(machine.weights.logit(sampleOf(slots, values))).toBeCloseTo(expected, 6);
  });

  it('steps along the numerical gradient of the log loss', () => {
    const machine = trainedMachine();
    const sample = sampleOf([3, 104, 205], [1, 0.5, -2]);
    const { rows } = machine.weights;
    const { floats } = rows;
    const loss = () => -Math.log(sigmoid(machine.weights.logit(sample))); // label 1
    // Places of w and of the factors, and of the sums of squares that belong to them.
    const coordinates = [3, 104, 205].flatMap((slot) => [
      { at: rows.cell(slot, rows.columns.fm), squares: rows.cell(slot, rows.columns.squares) },
      ...Array.from({ length: FM.factors }, (_, f) => ({
        at: rows.row(slot) + f,
        squares: rows.cell(slot, rows.columns.factorSquares) + f,
      })),
    ]);
    const gradients = coordinates.map(({ at }) => {
      const theta = floats[at]!;
      const epsilon = 1e-2;
      floats[at] = theta + epsilon;
      const above = loss();
      floats[at] = theta - epsilon;
      const below = loss();
      floats[at] = theta;
      return (above - below) / (2 * epsilon);
    });
    const before = coordinates.map(({ at }) => floats[at]!);
    // AdaGrad's step from the numerical gradient: Δ = −α g / √(G + g²).
    const squaresBefore = coordinates.map(({ squares }) => floats[squares]!);
    step(machine, sample, 1);
    coordinates.forEach(({ at }, i) => {
      const g = gradients[i]! + FM.l2 * before[i]!;
      expect(floats[at]! - before[i]!).toBeCloseTo((-FM.alpha * g) / Math.sqrt(squaresBefore[i]! + g * g), 4);
    });
  });

  it('learns an interaction that no linear model can', () => {
    const machine = new FactorisationMachine(
      SlotRows.toLearn(CONTRACT_SLOTS, FM.factors),
      { ...FM, alpha: 0.1, initScale: 0.1 },
      1,
    );
    const random = new SeededRandom(2);
    const correct = (a: number, b: number): 0 | 1 => ((a ^ b) === 1 ? 1 : 0);
    for (let i = 0; i < 20_000; i++) {
      const [a, b] = [random.below(2), random.below(2)];
      step(machine, sampleOf([a, 10 + b]), correct(a, b));
    }
    for (const a of [0, 1])
      for (const b of [0, 1])
        expect(Math.round(sigmoid(machine.weights.logit(sampleOf([a, 10 + b]))))).toBe(correct(a, b));
  });

  it('draws first factors from slot, factor and seed alone, with the scale asked for', () => {
    const { kernels } = SlotRows.toLearn(1);
    const drawn = Array.from({ length: 4_000 }, (_, i) => kernels.initialFactor(i >> 2, i & 3, 9, 0.01));
    const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
    const deviation = Math.sqrt(drawn.reduce((sum, value) => sum + (value - mean) ** 2, 0) / drawn.length);
    expect(Math.abs(mean)).toBeLessThan(0.001);
    expect(deviation).toBeCloseTo(0.01, 3);
    expect(kernels.initialFactor(5, 1, 9, 0.01)).toBe(drawn[21]);
    expect(kernels.initialFactor(5, 1, 10, 0.01)).not.toBe(drawn[21]);
  });
});

function trainedMachine(): FactorisationMachine {
  const machine = new FactorisationMachine(
    SlotRows.toLearn(CONTRACT_SLOTS, FM.factors),
    { ...FM, initScale: 0.3 },
    3,
  );
  const random = new SeededRandom(8);
  for (let i = 0; i < 500; i++) {
    const slots = [random.below(10), 100 + random.below(10), 200 + random.below(10)];
    step(machine, sampleOf(slots), (random.next() < 0.4 ? 1 : 0) as 0 | 1);
  }
  return machine;
}
