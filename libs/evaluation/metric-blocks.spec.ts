import fc from 'fast-check';
import { MetricBlocks } from './metric-blocks.js';

describe('blocks of a metric', () => {
  it('are exact, row by row, while the rows fit', () => {
    const blocks = new MetricBlocks(2, 8);
    for (let i = 1; i <= 5; i++) blocks.add([i, 10 * i]);
    expect(blocks.mean(0)).toBe(3);
    expect(blocks.mean(1, 0.4)).toBe(45);
    expect([...blocks.blockMeans(0, 0.4)]).toEqual([4, 5]);
    expect(blocks.rowsOf(0.4)).toBe(2);
  });

  it('keep the sum of everything, and the newest share up to one block, in bounded memory', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 200 }),
        fc.double({ min: 0.05, max: 1, noNaN: true }),
        (values, last) => {
          const blocks = new MetricBlocks(1, 8);
          for (const value of values) blocks.add([value]);
          expect(blocks.sum(0)).toBe(values.reduce((sum, v) => sum + v, 0));
          expect(blocks.blockMeans(0).length).toBeLessThanOrEqual(8);
          const rows = blocks.rowsOf(last);
          expect(blocks.sum(0, last)).toBe(values.slice(values.length - rows).reduce((sum, v) => sum + v, 0));
          expect(Math.abs(rows - values.length * last)).toBeLessThanOrEqual(blocks.rowsPerBlock + 1);
        },
      ),
    );
  });

  it('draw a curve of what was known at each step, or of each step by itself', () => {
    const blocks = new MetricBlocks(1, 8);
    for (const value of [1, 1, 3, 3]) blocks.add([value]);
    const mean = (sums: Float64Array, rows: number): number => sums[0]! / rows;
    expect(blocks.curve(2, mean)).toEqual([
      [2, 1],
      [4, 2],
    ]);
    expect(blocks.curve(2, mean, true)).toEqual([
      [2, 1],
      [4, 3],
    ]);
    expect(new MetricBlocks(1).curve(10, mean)).toEqual([]);
  });
});
