import { SeededRandom } from '#kernel';
import { dot } from './similarity.js';
import { NearestVectors } from './nearest-vectors.js';
import type { VectorRows } from './vector-rows.js';
import { graphsAvailable } from './vector-graph.js';

const DIMENSIONS = 16;

class Table implements VectorRows {
  readonly dimensions = DIMENSIONS;
  readonly values: Float32Array;
  readonly gone = new Set<number>();

  constructor(
    readonly rows: number,
    private readonly random: SeededRandom,
  ) {
    this.values = Float32Array.from({ length: rows * DIMENSIONS }, () => random.normal());
  }

  holds(row: number): boolean {
    return !this.gone.has(row);
  }

  query(): Float32Array {
    return Float32Array.from({ length: DIMENSIONS }, () => this.random.normal());
  }

  redraw(row: number): void {
    for (let i = row * DIMENSIONS; i < (row + 1) * DIMENSIONS; i++) this.values[i] = this.random.normal();
  }

  best(query: Float32Array, count: number): number[] {
    const score = (row: number) => dot(query, this.values, row * DIMENSIONS);
    return Array.from({ length: this.rows }, (_, row) => row)
      .filter((row) => this.holds(row))
      .sort((a, b) => score(b) - score(a) || a - b)
      .slice(0, count);
  }
}

const table = (rows: number) => new Table(rows, new SeededRandom(rows));

/** Share of the true best that are found, over a few queries. */
function recall(rows: Table, nearest: NearestVectors, count = 20): number {
  let found = 0;
  for (let q = 0; q < 40; q++) {
    const query = rows.query();
    const got = new Set(nearest.nearest(query, count));
    found += rows.best(query, count).filter((row) => got.has(row)).length;
  }
  return found / (40 * count);
}

describe('nearest vectors', () => {
  it('looks at every row of a small table: exactly the best, in order', () => {
    const rows = table(300);
    const nearest = new NearestVectors(rows);
    nearest.tend(1_000);
    expect(nearest.approximate).toBe(false);
    for (let q = 0; q < 20; q++) {
      const query = rows.query();
      expect([...nearest.nearest(query, 10)]).toEqual(rows.best(query, 10));
    }
  });

  it('gives only what is wanted, and no more than there is', () => {
    const rows = table(50);
    const nearest = new NearestVectors(rows);
    const query = rows.query();
    rows.gone.add(rows.best(query, 1)[0]!);
    expect([...nearest.nearest(query, 100)]).toEqual(rows.best(query, 100));
    expect([...nearest.nearest(query, 5, (row) => row % 2 === 0)]).toEqual(
      rows
        .best(query, 50)
        .filter((row) => row % 2 === 0)
        .slice(0, 5),
    );
  });

  (graphsAvailable() ? describe : describe.skip)('with a graph', () => {
    const GRAPH_FROM = 1_000;

    it('scans until the graph holds the table, then finds at least 95 of 100', () => {
      const rows = table(5_000);
      const nearest = new NearestVectors(rows, GRAPH_FROM);
      nearest.tend(1_000);
      expect(nearest.approximate).toBe(false);
      expect(recall(rows, nearest)).toBe(1);
      while (nearest.tend(1_000) > 0);
      expect(nearest.approximate).toBe(true);
      expect(recall(rows, nearest)).toBeGreaterThan(0.95);
    });

    it('follows rows that move and never names one that is gone', () => {
      const rows = table(3_000);
      const nearest = new NearestVectors(rows, GRAPH_FROM);
      while (nearest.tend(1_000) > 0);
      for (let row = 0; row < rows.rows; row++) {
        if (row % 3 === 0) rows.redraw(row);
        if (row % 50 === 1) rows.gone.add(row);
        if (row % 3 === 0 || row % 50 === 1) nearest.moved(row);
      }
      while (nearest.tend(1_000) > 0);
      expect(recall(rows, nearest)).toBeGreaterThan(0.95);
      for (let q = 0; q < 20; q++)
        for (const row of nearest.nearest(rows.query(), 50)) expect(rows.gone.has(row)).toBe(false);
    });

    it('is made anew when leftovers are half of it', () => {
      const rows = table(1_500);
      const nearest = new NearestVectors(rows, GRAPH_FROM);
      for (let round = 0; round < 4; round++) {
        for (let row = 0; row < rows.rows; row++) {
          rows.redraw(row);
          nearest.moved(row);
        }
        while (nearest.tend(1_000) > 0);
      }
      expect(nearest.approximate).toBe(true);
      expect(recall(rows, nearest)).toBeGreaterThan(0.95);
    });
  });
});
