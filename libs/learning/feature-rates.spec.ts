import type { FeatureVector } from '#events';
import { FAMILIES, familyOf } from '#features';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { FeatureRates } from './feature-rates.js';
import { SlotRows } from './kernels/slot-rows.js';
import { logit } from './logistic.js';
import { contributionsByFeature, RateTotals } from './rate-features.js';
import { decodeSlots, encodeSlots } from './slot-points.js';

const PRIOR = 8;
const P0 = 0.25;
const SLOTS = 4_096;
const newRates = (rows = SlotRows.toLearn(SLOTS)): FeatureRates => new FeatureRates(rows, PRIOR);

/** The n-th feature of a family; family 0 has no rates. */
const feature = (family: number, n: number): number => ((family << 26) | n) >>> 0;
const slotOf = (index: number): number => index % SLOTS;
const vector = (...indices: number[]): FeatureVector => ({
  indices: Uint32Array.from(indices),
  values: new Float32Array(indices.length).fill(1),
  length: indices.length,
});
const read = (rates: FeatureRates, index: number): number => rates.distance(index, P0, logit(P0));

/** Four lists, one after the other, each of one sample. */
function taught(rates = newRates()): FeatureRates {
  for (let list = 1; list <= 4; list++) {
    rates.open(list);
    rates.record(vector(feature(1, list % 2), feature(2, 7), feature(0, 5)), list === 1 ? 1 : 0);
  }
  rates.open(5);
  return rates;
}

const ALL = Uint32Array.from({ length: SLOTS }, (_, slot) => slot);
const bytesOf = (rates: FeatureRates, rows: SlotRows): Buffer => {
  const writer = new ByteWriter();
  rates.encode(writer);
  rows.encode(writer, ALL);
  return Buffer.from(writer.bytes());
};

describe('Rates of features', () => {
  it('are smoothed towards the overall rate, and nothing is known of what was never seen', () => {
    const rates = taught();
    expect(read(rates, feature(2, 7))).toBeCloseTo(logit((1 + PRIOR * P0) / (4 + PRIOR)) - logit(P0), 6);
    expect(read(rates, feature(1, 1))).toBeCloseTo(logit((1 + PRIOR * P0) / (2 + PRIOR)) - logit(P0), 6);
    expect(read(rates, feature(3, 9))).toBe(0);
  });

  it('know nothing of the list at hand: its samples read the same, whatever came of the others', () => {
    const rates = taught();
    const before = read(rates, feature(2, 7));
    rates.record(vector(feature(2, 7)), 1);
    rates.open(5);
    expect(read(rates, feature(2, 7))).toBe(before);
    rates.open(6);
    expect(read(rates, feature(2, 7))).toBeGreaterThan(before);
  });

  it('follow what happens however often it has: counts are halved before they are too large to count on', () => {
    const rows = SlotRows.toLearn(SLOTS);
    const rates = newRates(rows);
    const common = feature(1, 3);
    const count = (column: number) => rows.floats[rows.cell(slotOf(common), column)]!;
    rows.floats[rows.cell(slotOf(common), rows.columns.shown)] = 2 ** 23 - 2;
    rows.floats[rows.cell(slotOf(common), rows.columns.clicked)] = 2 ** 21;
    const before = read(rates, common);
    for (let list = 1; list <= 3; list++) {
      rates.open(list);
      rates.record(vector(common), 0);
    }
    rates.open(4);
    expect(count(rows.columns.shown)).toBe(2 ** 22 + 1);
    expect(count(rows.columns.clicked)).toBe(2 ** 20);
    expect(read(rates, common)).toBeCloseTo(before, 5);
    expect([...rows.changed!.take(SLOTS)]).toEqual([slotOf(common)]);
  });

  it('count features of families alone, and tell which slots changed', () => {
    const rows = SlotRows.toLearn(SLOTS);
    taught(newRates(rows));
    const changed = rows.changed!.take(SLOTS);
    expect([...changed].sort()).toEqual([feature(1, 0), feature(1, 1), feature(2, 7)].map(slotOf).sort());
  });

  it('stand in the rows of the weights, which they leave as they are', () => {
    const rows = SlotRows.toLearn(SLOTS);
    const weights = () => rows.floats.slice(rows.row(0), rows.row(SLOTS));
    const before = weights();
    taught(newRates(rows));
    const after = weights();
    const moved = [...after.keys()].filter((at) => after[at] !== before[at]).map((at) => at % rows.width);
    expect(new Set(moved)).toEqual(new Set([rows.columns.shown, rows.columns.clicked]));
  });

  it('go on after a snapshot as if nothing had happened, the list at hand included', () => {
    const [rows, again] = [SlotRows.toLearn(SLOTS), SlotRows.toLearn(SLOTS)];
    const rates = taught(newRates(rows));
    rates.record(vector(feature(1, 9)), 1);
    const restored = newRates(again);
    const reader = new ByteReader(bytesOf(rates, rows));
    restored.decode(reader);
    again.decode(reader, ALL);
    expect(bytesOf(restored, again)).toEqual(bytesOf(rates, rows));
    for (const each of [rates, restored]) each.open(6);
    expect(read(restored, feature(1, 9))).toBe(read(rates, feature(1, 9)));
  });

  it('reach a replica by deltas, even twice', () => {
    const learnt = SlotRows.toLearn(SLOTS);
    const rates = taught(newRates(learnt));
    const delta = new ByteWriter();
    encodeSlots(learnt, delta, 1_000);
    const told = SlotRows.toPredict(SLOTS);
    for (let i = 0; i < 2; i++) decodeSlots(told, new ByteReader(delta.bytes()));
    for (const index of [feature(1, 0), feature(1, 1), feature(2, 7)])
      expect(read(newRates(told), index)).toBe(read(rates, index));
  });
});

describe('What a rate contributed', () => {
  it('is told of the feature that it belongs to', () => {
    const features = vector(feature(0, 1), feature(2, 3), feature(2, 4), feature(1, 5));
    // Four features, the rates of families 1 and 2, one statistic.
    const contributions = Float64Array.from([1, 2, 4, 8, 100, 200, 1000]);
    const told = contributionsByFeature(contributions, features, 0, new RateTotals());
    expect([...told]).toEqual([1, 202, 4, 108, 1000]);
  });

  it('is left out where it belongs to a feature that is', () => {
    const features = vector(feature(1, 5), feature(0, 1), feature(2, 3));
    const before = new RateTotals();
    before.add(vector(feature(1, 5)), 0, newRates(), 0, true);
    // The two features behind the first, the rates of families 1 and 2, one statistic.
    const contributions = Float64Array.from([1, 2, 100, 200, 1000]);
    expect([...contributionsByFeature(contributions, features, 1, before)]).toEqual([1, 202, 1000]);
  });
});

it('Families fit the bits that weights leave free', () => {
  expect(FAMILIES.length).toBeLessThan(64);
  expect(familyOf(feature(FAMILIES.length, 2 ** 26 - 1))).toBe(FAMILIES.length);
});
