/**
 * Approximate nearest neighbours by random hyperplanes (Charikar 2002): items whose embeddings lie on the
 * same side of each of PLANES planes share a bucket. A query reads its own bucket and those across the planes
 * it lies closest to, at most COMPARED_MAX items. Embeddings of different lengths never meet.
 */
import { SeededRandom } from '#kernel';
import { SlotList } from './slot-list.js';

const PLANES = 8;
const SEED = 0x5eed;
const COMPARED_MAX = 512;

interface Space {
  /** PLANES × dimensions. */
  readonly planes: Float32Array;
  readonly buckets: Map<number, SlotList>;
}

export class EmbeddingBuckets {
  private readonly spaces = new Map<number, Space>();

  add(slot: number, embedding: Float32Array): void {
    const { planes, buckets } = this.spaceOf(embedding.length);
    const code = codeOf(projections(planes, embedding));
    let bucket = buckets.get(code);
    if (!bucket) buckets.set(code, (bucket = new SlotList()));
    bucket.add(slot);
  }

  remove(slot: number, embedding: Float32Array): void {
    const { planes, buckets } = this.spaceOf(embedding.length);
    buckets.get(codeOf(projections(planes, embedding)))?.remove(slot);
  }

  /** Calls `visit` with up to COMPARED_MAX slots that are likely to be near. */
  near(embedding: Float32Array, visit: (slot: number) => void): void {
    const space = this.spaces.get(embedding.length);
    if (!space) return;
    const sides = projections(space.planes, embedding);
    const code = codeOf(sides);
    const nearestPlanes = [...sides.keys()].sort((a, b) => Math.abs(sides[a]!) - Math.abs(sides[b]!));
    const probes = [code, ...nearestPlanes.map((plane) => code ^ (1 << plane))];
    let compared = 0;
    for (const probe of probes) {
      const bucket = space.buckets.get(probe);
      for (let i = 0; bucket && i < bucket.size && compared < COMPARED_MAX; i++, compared++)
        visit(bucket.at(i));
    }
  }

  private spaceOf(dimensions: number): Space {
    let space = this.spaces.get(dimensions);
    if (!space) {
      const random = new SeededRandom(SEED + dimensions);
      const planes = Float32Array.from({ length: PLANES * dimensions }, () => random.normal());
      this.spaces.set(dimensions, (space = { planes, buckets: new Map() }));
    }
    return space;
  }
}

/** Cosine of two embeddings of equal length; 0 when either is zero. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let dot = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    aa += a[i]! * a[i]!;
    bb += b[i]! * b[i]!;
  }
  return aa > 0 && bb > 0 ? dot / Math.sqrt(aa * bb) : 0;
}

function projections(planes: Float32Array, embedding: Float32Array): Float32Array {
  const dimensions = embedding.length;
  const sides = new Float32Array(PLANES);
  for (let plane = 0; plane < PLANES; plane++) {
    let sum = 0;
    for (let i = 0; i < dimensions; i++) sum += planes[plane * dimensions + i]! * embedding[i]!;
    sides[plane] = sum;
  }
  return sides;
}

function codeOf(sides: Float32Array): number {
  let code = 0;
  for (let plane = 0; plane < PLANES; plane++) if (sides[plane]! >= 0) code |= 1 << plane;
  return code;
}
