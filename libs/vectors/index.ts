export { cosine, dot } from './similarity.js';
export { NearestVectors, GRAPH_ROWS_MIN } from './nearest-vectors.js';
export { graphsAvailable } from './vector-graph.js';
export type { VectorRows } from './vector-rows.js';
