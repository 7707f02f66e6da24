import { TASTE_DIMENSIONS, unpackTaste } from '#events';
import { labelHash, type Dimension } from './dimensions.js';
import { tasteSketch } from './taste-sketch.js';
import type { InterestSignals } from './user-signals.js';

function interests(weights: Readonly<Record<string, number>>): InterestSignals {
  const labels = Object.keys(weights);
  return {
    rows: labels.length,
    hashes: labels.map((label) => labelHash(0 as Dimension, label)),
    dimensionOf: () => 0,
    labelOf: (row) => labels[row]!,
    long: Object.values(weights),
    short: labels.map(() => 0),
    shown: labels.map(() => 0),
    clicked: labels.map(() => 0),
    shownTotal: 0,
    clickedTotal: 0,
    at: 1,
    halfLifeMs: 1,
    shortHalfLifeMs: 1,
  };
}

function cosine(a: number, b: number): number {
  const [left, right] = [new Float32Array(TASTE_DIMENSIONS), new Float32Array(TASTE_DIMENSIONS)];
  unpackTaste(a, left);
  unpackTaste(b, right);
  return left.reduce((sum, value, d) => sum + value * right[d]!, 0);
}

describe('The sketch of a taste', () => {
  it('is alike for like tastes, whatever the order and the amount of activity', () => {
    const reader = tasteSketch(interests({ fantasy: 4, crime: 2, cooking: 1 }));
    expect(tasteSketch(interests({ cooking: 10, crime: 20, fantasy: 40 }))).toBe(reader);
    expect(cosine(reader, tasteSketch(interests({ fantasy: 5, crime: 2 })))).toBeGreaterThan(0.8);
    expect(cosine(reader, tasteSketch(interests({ travel: 3, poetry: 3 })))).toBeLessThan(0.6);
  });

  it('turns away from what is disliked', () => {
    const fond = tasteSketch(interests({ crime: 3 }));
    expect(cosine(fond, tasteSketch(interests({ crime: -3 })))).toBeCloseTo(-1, 5);
  });

  it('is 0 while nothing is known, and never for numbers that are none', () => {
    expect(tasteSketch(interests({}))).toBe(0);
    expect(tasteSketch(interests({ crime: 0 }))).toBe(0);
    expect(tasteSketch(interests({ crime: NaN }))).toBe(0);
    expect(tasteSketch(interests({ crime: Infinity }))).toBe(0);
    expect(unpackTaste(0, new Float32Array(TASTE_DIMENSIONS))).toBe(false);
    expect(unpackTaste(NaN, new Float32Array(TASTE_DIMENSIONS))).toBe(false);
  });
});
