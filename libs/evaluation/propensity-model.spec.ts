import { SeededRandom } from '#kernel';
import { PropensityModel, type CandidateFeatures, type LoggedChoice } from './propensity-model.js';

const ITEMS = 12;
/** Popularity and CTR are features 0 and 1, the item itself comes after them. */
const dimensions = 2 + ITEMS;
const candidate = (popularity: number, ctr: number, item: number): CandidateFeatures => ({
  indices: [0, 1, 2 + item],
  values: [popularity, ctr, 1],
});

/** A policy that likes what is popular and clicked, and has its favourites. */
function logged(count: number, seed: number) {
  const random = new SeededRandom(seed);
  const favour = Array.from({ length: ITEMS }, () => 0.7 * random.normal());
  const choices: LoggedChoice[] = [];
  const truths: number[] = [];
  for (let n = 0; n < count; n++) {
    const items = Array.from({ length: ITEMS }, (_, i) => i).filter(() => random.next() < 0.6);
    if (items.length < 2) continue;
    const seen = items.map((item) => ({ item, popularity: random.normal(), ctr: random.next() }));
    const powers = seen.map((s) => Math.exp(0.8 * s.popularity + 2 * s.ctr + favour[s.item]!));
    const total = powers.reduce((a, b) => a + b, 0);
    let left = random.next() * total;
    const chosen = Math.max(
      0,
      powers.findIndex((power) => (left -= power) < 0),
    );
    choices.push({ candidates: seen.map((s) => candidate(s.popularity, s.ctr, s.item)), chosen });
    truths.push(powers[chosen]! / total);
  }
  return { choices, truths };
}

describe('Propensities of a log that has none', () => {
  const { choices, truths } = logged(7_000, 3);
  const model = PropensityModel.fit(choices.slice(0, 5_000), { dimensions, floor: 0 });

  it('are those of the policy, on choices that were not fitted', () => {
    expect(model.weights[0]).toBeCloseTo(0.8, 1);
    expect(Math.abs(model.weights[1]! - 2)).toBeLessThan(0.15);
    const off = choices.slice(5_000).map((choice, i) => model.propensity(choice) / truths[5_000 + i]!);
    off.sort((a, b) => a - b);
    expect(off[Math.floor(0.05 * off.length)]!).toBeGreaterThan(0.85);
    expect(off[Math.floor(0.95 * off.length)]!).toBeLessThan(1.15);
  });

  it('are calibrated: what is given a share is chosen that often', () => {
    const bins = Array.from({ length: 5 }, () => ({ predicted: 0, chosen: 0 }));
    for (const choice of choices.slice(5_000))
      model.propensities(choice.candidates).forEach((p, c) => {
        const bin = bins[Math.min(4, Math.floor(p * 8))]!;
        bin.predicted += p;
        bin.chosen += c === choice.chosen ? 1 : 0;
      });
    for (const { predicted, chosen } of bins) expect(Math.abs(predicted / chosen - 1)).toBeLessThan(0.1);
  });

  it('add up to one and keep their floor, however sure the log is', () => {
    const sure = Array.from({ length: 50 }, () => ({
      candidates: [candidate(5, 1, 0), candidate(-5, 0, 1)],
      chosen: 0,
    }));
    const floored = PropensityModel.fit(sure, { dimensions, floor: 0.02, l2: 1e-6 });
    const [often, seldom] = floored.propensities(sure[0]!.candidates) as [number, number];
    expect(often + seldom).toBeCloseTo(1, 12);
    expect(seldom).toBeGreaterThanOrEqual(0.01);
  });

  it('are refused where there is nothing to learn, or a number is none', () => {
    expect(() => PropensityModel.fit([], { dimensions })).toThrow(RangeError);
    const spoilt = { candidates: [candidate(NaN, 0, 0), candidate(0, 0, 1)], chosen: 0 };
    expect(() => PropensityModel.fit([spoilt], { dimensions })).toThrow(RangeError);
    expect(() => PropensityModel.fit([{ ...spoilt, chosen: 2 }], { dimensions })).toThrow(RangeError);
  });
});
