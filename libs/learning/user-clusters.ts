/**
 * Online k-means of users by taste (MacQueen 1967, on the sphere): each engagement shows the direction of its user's taste, and
 * the nearest centroid moves towards it:
 *
 *     m ← m + η (x − m),   η = max(1/n, RATE_MIN),   n decayed over engagements
 *
 * No random numbers: a centroid opens at a taste that is unlike all others while there are unused ones, and one that
 * hardly anybody is near any more is given up and may open elsewhere. A centroid keeps its number for as long as it
 * lives, so that statistics and weights by cluster mean the same people tomorrow.
 */
import { TASTE_DIMENSIONS, unpackTaste } from '#events';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { DirtyRows } from './dirty-rows.js';
import type { RowTable } from './model-table.js';

export const CLUSTERS_MAX = 64;
/** Nobody's cluster: the user's taste is not known yet. */
export const NO_CLUSTER = -1;
const RATE_MIN = 0.005;
/** A taste less similar (cosine) than this to every centroid opens one. */
const UNLIKE = 0.6;
/** Every so many engagements the counts are halved and the forsaken centroids given up. */
const SWEEP = 5_000;
/** Of an equal share of the engagements: a centroid with less is given up. */
const FORSAKEN_SHARE = 0.05;

export class UserClusters implements RowTable {
  readonly dirty = new DirtyRows(CLUSTERS_MAX);
  readonly rowBytesMax = 5 + 8 + 4 * TASTE_DIMENSIONS;
  /** Decayed engagements near each centroid; 0: unused. */
  private readonly counts: Float64Array;
  private readonly centroids: Float32Array;
  private sinceSweep = 0;
  private readonly taste = new Float32Array(TASTE_DIMENSIONS);

  /** @param k 0: no clusters */
  constructor(readonly k: number) {
    this.counts = new Float64Array(k);
    this.centroids = new Float32Array(k * TASTE_DIMENSIONS);
  }

  /** The nearest centroid of a taste sketch, or NO_CLUSTER. */
  nearest(sketch: number): number {
    return unpackTaste(sketch, this.taste) ? this.search().cluster : NO_CLUSTER;
  }

  record(sketch: number): void {
    if (this.k === 0 || !unpackTaste(sketch, this.taste)) return;
    const { cluster, similarity } = this.search();
    const unused = similarity < UNLIKE ? this.counts.indexOf(0) : -1;
    if (unused >= 0) this.open(unused);
    else this.approach(cluster);
    if (++this.sinceSweep === SWEEP) this.sweep();
  }

  /** Share of the recent engagements by cluster; 0 for an unused one. */
  shares(): number[] {
    const total = this.counts.reduce((sum, count) => sum + count, 0);
    return Array.from(this.counts, (count) => (total > 0 ? count / total : 0));
  }

  encode(writer: ByteWriter): void {
    writer.varint(this.k);
    writer.varint(this.sinceSweep);
    writer.array(this.counts);
    writer.array(this.centroids);
  }

  decode(reader: ByteReader): void {
    if (reader.varint() !== this.k) throw new Error('the clusters were stored with another k');
    this.sinceSweep = reader.varint();
    reader.array(this.counts);
    reader.array(this.centroids);
  }

  encodeRows(writer: ByteWriter, rows: Uint32Array): void {
    writer.ascending(rows);
    for (const row of rows) {
      writer.f64(this.counts[row]!);
      writer.array(this.rowOf(row));
    }
  }

  decodeRows(reader: ByteReader): void {
    for (const row of reader.ascending(this.k)) {
      this.counts[row] = reader.f64();
      reader.array(this.rowOf(row));
    }
  }

  private search(): { cluster: number; similarity: number } {
    let cluster = NO_CLUSTER;
    let similarity = -Infinity;
    for (let c = 0; c < this.k; c++) {
      if (this.counts[c] === 0) continue;
      const cosine = this.cosineTo(c);
      if (cosine <= similarity) continue;
      similarity = cosine;
      cluster = c;
    }
    return { cluster, similarity };
  }

  private cosineTo(cluster: number): number {
    const at = cluster * TASTE_DIMENSIONS;
    let dot = 0;
    let squares = 0;
    for (let d = 0; d < TASTE_DIMENSIONS; d++) {
      const component = this.centroids[at + d]!;
      dot += component * this.taste[d]!;
      squares += component * component;
    }
    return squares > 0 ? dot / Math.sqrt(squares) : 0;
  }

  private open(cluster: number): void {
    this.rowOf(cluster).set(this.taste);
    this.counts[cluster] = 1;
    this.dirty.mark(cluster);
  }

  private approach(cluster: number): void {
    const count = (this.counts[cluster]! += 1);
    const rate = Math.max(1 / count, RATE_MIN);
    const at = cluster * TASTE_DIMENSIONS;
    for (let d = 0; d < TASTE_DIMENSIONS; d++)
      this.centroids[at + d]! += rate * (this.taste[d]! - this.centroids[at + d]!);
    this.dirty.mark(cluster);
  }

  private sweep(): void {
    this.sinceSweep = 0;
    const total = this.counts.reduce((sum, count) => sum + count, 0);
    for (let c = 0; c < this.k; c++) {
      if (this.counts[c] === 0) continue;
      this.counts[c] = this.counts[c]! < (FORSAKEN_SHARE * total) / this.k ? 0 : this.counts[c]! / 2;
      this.dirty.mark(c);
    }
  }

  private rowOf(cluster: number): Float32Array {
    return this.centroids.subarray(cluster * TASTE_DIMENSIONS, (cluster + 1) * TASTE_DIMENSIONS);
  }
}
