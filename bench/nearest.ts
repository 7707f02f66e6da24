/**
 * Nearest items by vector: looking at all of them, beside the graph that is kept above a size.
 *
 *     npm run bench -- nearest [--dimensions 16] [--json]
 *
 * Normal vectors of different lengths, 20 nearest by inner product. Recall is the share of the true 20 that the graph finds.
 */
import { parseArgs } from 'node:util';
import { SeededRandom } from '#kernel';
import { GRAPH_ROWS_MIN, graphsAvailable, NearestVectors, type VectorRows } from '#vectors';
import { printReport, type Figure } from './report/bench-report.js';

const SIZES = [5_000, 10_000, 20_000, 50_000, 100_000];
const COUNT = 20;
const QUERIES = 300;

const { values } = parseArgs({
  options: { dimensions: { type: 'string', default: '16' }, json: { type: 'boolean', default: false } },
});
if (!graphsAvailable()) throw new Error('the graph library does not run on this machine');
const dimensions = Number(values.dimensions);
const figures: Figure[] = [];
for (const rows of SIZES) {
  const table = madeTable(rows);
  const random = new SeededRandom(1);
  const queries = Array.from({ length: QUERIES }, () => vector(random, 1));
  const exact = new NearestVectors(table, Infinity);
  const graph = new NearestVectors(table, 1);
  const built = performance.now();
  while (graph.tend(1_000) > 0);
  const builtMs = performance.now() - built;
  const found = queries.map((query) => new Set(graph.nearest(query, COUNT)));
  const recall =
    queries.reduce(
      (sum, query, i) => sum + exact.nearest(query, COUNT).filter((row) => found[i]!.has(row)).length,
      0,
    ) /
    (QUERIES * COUNT);
  figures.push({
    name: `${rows.toLocaleString('en')} items`,
    value: msEach(queries, (query) => graph.nearest(query, COUNT)),
    unit: 'ms',
    limit: { name: 'looking at all', value: msEach(queries, (query) => exact.nearest(query, COUNT)) },
    note: `recall ${recall.toFixed(3)}, ${((builtMs / rows) * 1_000).toFixed(0)} µs to add one`,
  });
}
printReport('nearest', figures, { dimensions, nearest: COUNT, graphFrom: GRAPH_ROWS_MIN });

function madeTable(rows: number): VectorRows {
  const random = new SeededRandom(rows);
  const all = new Float32Array(rows * dimensions);
  for (let row = 0; row < rows; row++) all.set(vector(random, 0.5 + random.next()), row * dimensions);
  return { dimensions, rows, values: all, holds: () => true };
}

function vector(random: SeededRandom, scale: number): Float32Array {
  return Float32Array.from({ length: dimensions }, () => scale * random.normal());
}

function msEach(queries: readonly Float32Array[], ask: (query: Float32Array) => unknown): number {
  const started = performance.now();
  for (const query of queries) ask(query);
  return (performance.now() - started) / queries.length;
}
