/**
 * The rows of a table of vectors with the greatest inner product with a query. Below GRAPH_ROWS_MIN rows every row is
 * looked at, which is exact; above it a graph finds candidates (vector-graph.ts), which are then ordered by the vectors as
 * they are now. `bench/nearest.ts` measures where the one becomes faster than the other.
 *
 * The graph is a cache of the table: it never decides what is learnt, so it may lag. `moved` notes rows that changed, `tend`
 * brings some of them into the graph; whoever serves calls it between requests. Until the graph holds most rows,
 * and where its library is missing, all rows are looked at.
 */
import { dot, fourDots } from './similarity.js';
import { newGraph, type VectorGraph } from './vector-graph.js';
import type { VectorRows } from './vector-rows.js';

/** From this many rows on a graph is kept. */
export const GRAPH_ROWS_MIN = 5_000;
/** The graph is asked for this many times as many rows as wanted: some have moved away, some are not wanted. */
const OVERSAMPLING = 2;
/** Share of the rows that the graph may be behind and still answer. */
const BEHIND_SHARE = 0.02;
const LANES = 4;

export class NearestVectors {
  private graph: VectorGraph | undefined;
  private places = new Int32Array(0);
  private scores = new Float64Array(0);
  private readonly lanes = new Float64Array(LANES);

  constructor(
    private readonly table: VectorRows,
    private readonly graphRowsMin = GRAPH_ROWS_MIN,
  ) {}

  /** Whether the answers come from the graph. */
  get approximate(): boolean {
    return this.graph !== undefined && this.graph.behind <= BEHIND_SHARE * this.table.rows;
  }

  /** The row's vector has changed, has come or has gone. */
  moved(row: number): void {
    this.graph?.moved(row);
  }

  /** Brings up to `rowsMax` changed rows into the graph. @returns how many there were */
  tend(rowsMax: number): number {
    const { table } = this;
    if (!this.graph && table.rows >= this.graphRowsMin) {
      this.graph = newGraph(table.dimensions);
      for (let row = 0; this.graph && row < table.rows; row++) this.graph.moved(row);
    }
    return this.graph?.tend(table, rowsMax) ?? 0;
  }

  /**
   * Rows by inner product, greatest first, ties by row.
   * @param count rows wanted, at least 1
   * @param wanted rows that may be among them
   */
  nearest(query: Float32Array, count: number, wanted: (row: number) => boolean = () => true): Int32Array {
    if (this.places.length < count) {
      this.places = new Int32Array(count);
      this.scores = new Float64Array(count);
    }
    const { table, graph } = this;
    let size = 0;
    if (graph && this.approximate) {
      for (const row of graph.near(query, count * OVERSAMPLING))
        if (table.holds(row) && wanted(row)) size = this.keep(row, query, size, count);
    } else {
      size = this.scan(query, count, wanted);
    }
    return this.places.slice(0, size);
  }

  /** All rows, LANES at a time: their sums need not wait for each other. Asks `wanted` only of those that would be kept. */
  private scan(query: Float32Array, count: number, wanted: (row: number) => boolean): number {
    const { table, lanes } = this;
    let size = 0;
    for (let first = 0; first < table.rows; first += LANES) {
      const end = Math.min(first + LANES, table.rows);
      if (end - first === LANES) fourDots(query, table.values, first * table.dimensions, lanes);
      for (let row = first; row < end; row++) {
        const score =
          end - first === LANES ? lanes[row - first]! : dot(query, table.values, row * table.dimensions);
        if ((size === count && score <= this.scores[size - 1]!) || !table.holds(row)) continue;
        if (wanted(row)) size = this.insert(row, score, size, count);
      }
    }
    return size;
  }

  private keep(row: number, query: Float32Array, size: number, count: number): number {
    return this.insert(row, dot(query, this.table.values, row * this.table.dimensions), size, count);
  }

  private insert(row: number, score: number, size: number, count: number): number {
    const { places, scores } = this;
    let at = size;
    while (at > 0 && (scores[at - 1]! < score || (scores[at - 1] === score && places[at - 1]! > row))) at--;
    if (at >= count) return size;
    const end = Math.min(size, count - 1);
    places.copyWithin(at + 1, at, end);
    scores.copyWithin(at + 1, at, end);
    places[at] = row;
    scores[at] = score;
    return end + 1;
  }
}
