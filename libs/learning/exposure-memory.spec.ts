import { jest } from '@jest/globals';
import type { FeatureVector, Outcome } from '#events';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { ExposureMemory } from './exposure-memory.js';
import { newReading } from './item-reading.js';
import { DEFAULT_STATISTICS, type ModelSettings } from './model-settings.js';
import { OnlineModel } from './online-model.js';
import { familiesOf } from './rate-features.js';
import { SCORED } from './scorers.fixture.js';

const ITEM = 5;
const AT = 1_700_000_000_000;
const [OURS, THEIRS] = [0b110, 0b1010];
const SETTINGS: ModelSettings = { ...SCORED, holdSeconds: 60, statistics: DEFAULT_STATISTICS };

/** One feature of each family. */
const vector = (...families: number[]): FeatureVector => ({
  indices: Uint32Array.from(families, (family) => ((family << 26) | 7) >>> 0),
  values: new Float32Array(families.length).fill(1),
  length: families.length,
});

function remembering(families: number, rates: number[], memory = new ExposureMemory(10)): ExposureMemory {
  memory.remember(ITEM, AT, newReading());
  memory.rememberRates(ITEM, AT, families, Float32Array.from([9, ...rates]), 1, rates.length);
  return memory;
}

function ratesOf(memory: ExposureMemory, families: number): number[] | undefined {
  const rates = memory.recallRates(ITEM, AT, families);
  return rates && [...rates.subarray(0, 2)];
}

describe('What is remembered of an exposure', () => {
  it('has the rates of the families it was learnt with', () => {
    expect(ratesOf(remembering(OURS, [1, 2]), OURS)).toEqual([1, 2]);
  });

  it('lends nobody the rates of other families, or none, when somebody was shown the item at the same moment', () => {
    const memory = remembering(OURS, [1, 2]);
    memory.remember(ITEM, AT, newReading());
    expect(ratesOf(memory, OURS)).toBeUndefined();
    remembering(THEIRS, [3, 4], memory);
    expect([ratesOf(memory, OURS), ratesOf(memory, THEIRS)]).toEqual([undefined, [3, 4]]);
  });

  it('takes bytes for the rates that are known only', () => {
    const sizeOf = (memory: ExposureMemory): number => {
      const writer = new ByteWriter();
      memory.encode(writer);
      return writer.bytes().length;
    };
    const bare = new ExposureMemory(10);
    bare.remember(ITEM, AT, newReading());
    expect(sizeOf(remembering(OURS, [1, 2])) - sizeOf(bare)).toBe(8);
  });

  it('is the same after a snapshot', () => {
    const memory = new ExposureMemory(5_000);
    for (let item = 1; item <= 3_000; item++) {
      memory.remember(item, AT, newReading());
      memory.rememberRates(item, AT, 1 << (item % 12), Float32Array.of(item), 0, 1);
    }
    const writer = new ByteWriter();
    memory.encode(writer);
    const restored = new ExposureMemory(5_000);
    restored.decode(new ByteReader(writer.bytes()));
    for (let item = 1; item <= 3_000; item++) {
      expect(restored.recallRates(item, AT, 1 << (item % 12))![0]).toBe(item);
      expect(restored.recallRates(item, AT, 1 << ((item + 1) % 12))).toBeUndefined();
    }
  });

  it('names families by their features, but for those without a rate', () => {
    expect(familiesOf(vector(3, 0, 1, 3, 40))).toBe(0b1010);
  });

  it('lets a click have the rates of its own sample alone', () => {
    const model = new OnlineModel(SETTINGS);
    const shown = (userKey: number, label: 0 | 1, ...families: number[]): void => {
      const cause = { sequence: 1, index: 0 };
      const common = { cause, timestamp: AT, segment: 0, taste: 0 };
      if (label === 0) model.exposure({ kind: 'exposure', ...common, itemKeys: [ITEM], positions: [1] });
      const outcome: Outcome = {
        ...{ kind: 'outcome', ...common, userKey, itemKey: ITEM, listKey: userKey, label, weight: 1 },
        ...{ position: 1, propensity: 0, features: vector(...families), revises: label === 1 },
      };
      model.outcome(outcome);
      // Past the time for which its list is held.
      const later = { ...common, timestamp: AT + ++minutes * 61_000 };
      model.exposure({ kind: 'exposure', ...later, itemKeys: [ITEM + 1], positions: [1] });
    };
    let minutes = 0;
    const recalled = jest.spyOn(model.exposures, 'recallRates');
    shown(1, 0, 1, 2);
    shown(1, 1, 1, 2);
    shown(2, 0, 1, 3);
    shown(1, 1, 1, 2);
    shown(2, 1, 1, 3);
    expect(recalled.mock.results.map(({ value }) => value !== undefined)).toEqual([true, false, true]);
  });
});
