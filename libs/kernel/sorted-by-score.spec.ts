import fc from 'fast-check';
import { sortedByScore } from './sorted-by-score.js';

describe('sortedByScore', () => {
  it('orders as a stable sort by score, then by tie, does', () => {
    const score = fc.integer({ min: -3, max: 3 });
    const entry = fc.record({ score, tie: fc.integer({ min: 0, max: 4 }) });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 400 }), fc.boolean(), (entries, tied) => {
        const scores = Float64Array.from(entries, (each) => each.score);
        const ties = Float64Array.from(entries, ({ tie }) => tie);
        const places = Int32Array.from(entries, (_, place) => entries.length - 1 - place);
        const expected = [...places].sort(
          (a, b) => scores[b]! - scores[a]! || (tied ? ties[a]! - ties[b]! : 0),
        );
        expect([...sortedByScore(places, scores, tied ? ties : undefined)]).toEqual(expected);
      }),
    );
  });
});
