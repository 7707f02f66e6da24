/**
 * The decayed sum of the unit embeddings of the items acted on. Only its direction is used.
 *
 * Vectors of two lengths come from two models and do not compare, so a sum has one length. Which one is put to a majority vote
 * (Boyer & Moore 1981), weighed by what is left of each vote at the event's time: a vector of another length is left out and takes
 * from the sum's norm as much as it weighs; the sum begins anew with the first that weighs as much as what is left. So an item with a
 * wrong embedding does not turn a taste, and a deployment that changes its model is followed after as many interactions as the
 * sum was worth, fewer the longer ago those were.
 */
import { remaining } from './decay.js';
import type { StateReader, StateWriter } from './state-writer.js';

/** What becomes of a vector: it joins the sum, or replaces one of another length, or is left out for its length. */
export type EmbeddingFate = 'joins' | 'replaces' | 'left out';

export class DecayedEmbedding {
  vector: Float32Array | undefined;
  private at = 0;

  /** What `add` with the same arguments would do. */
  fateOf(embedding: Float32Array, weight: number, at: number, halfLifeMs: number): EmbeddingFate {
    if (this.comparesWith(embedding)) return 'joins';
    return normOf(embedding) > 0 ? this.contest(Math.abs(weight), at, halfLifeMs) : 'left out';
  }

  /** A vector of zeros has no direction, and changes nothing. */
  add(embedding: Float32Array, weight: number, at: number, halfLifeMs: number): void {
    const norm = normOf(embedding);
    if (!(norm > 0) || !Number.isFinite(norm)) return;
    const fate = this.fateOf(embedding, weight, at, halfLifeMs);
    if (fate === 'left out') return this.weaken(Math.abs(weight), at, halfLifeMs);
    if (fate === 'replaces' || !this.vector) {
      this.vector = new Float32Array(embedding.length);
      this.at = at;
    }
    const left = remaining(at - this.at, halfLifeMs);
    const share = (weight * remaining(this.at - at, halfLifeMs)) / norm;
    const vector = this.vector;
    for (let i = 0; i < vector.length; i++) vector[i] = vector[i]! * left + embedding[i]! * share;
    this.at = Math.max(this.at, at);
  }

  /** What `absorb` with the same arguments would do with the other's sum. */
  fateOfSum({ vector, at }: DecayedEmbedding, halfLifeMs: number): EmbeddingFate {
    return !vector || this.comparesWith(vector) ? 'joins' : this.contest(normOf(vector), at, halfLifeMs);
  }

  /** Adds the other's sum, both decayed to the newer time. */
  absorb(other: DecayedEmbedding, halfLifeMs: number): void {
    if (!other.vector) return;
    const fate = this.fateOfSum(other, halfLifeMs);
    if (fate === 'left out') return this.weaken(normOf(other.vector), other.at, halfLifeMs);
    if (fate === 'replaces' || !this.vector) {
      this.vector = other.vector.slice();
      this.at = other.at;
      return;
    }
    const left = remaining(other.at - this.at, halfLifeMs);
    const share = remaining(this.at - other.at, halfLifeMs);
    for (let i = 0; i < this.vector.length; i++)
      this.vector[i] = this.vector[i]! * left + other.vector[i]! * share;
    this.at = Math.max(this.at, other.at);
  }

  private comparesWith({ length }: Float32Array): boolean {
    return !this.vector || this.vector.length === length;
  }

  /** @param worth of the newcomer, of another length, at `at` */
  private contest(worth: number, at: number, halfLifeMs: number): EmbeddingFate {
    const left = normOf(this.vector!) * remaining(at - this.at, halfLifeMs);
    return worth * remaining(this.at - at, halfLifeMs) < left ? 'left out' : 'replaces';
  }

  /** Takes `worth` as of `at`, which is less than there is. */
  private weaken(worth: number, at: number, halfLifeMs: number): void {
    const vector = this.vector!;
    const left =
      remaining(at - this.at, halfLifeMs) - (worth * remaining(this.at - at, halfLifeMs)) / normOf(vector);
    for (let i = 0; i < vector.length; i++) vector[i] = vector[i]! * left;
    this.at = Math.max(this.at, at);
  }

  write(out: StateWriter): void {
    out.count(this.vector?.length ?? 0);
    if (!this.vector) return;
    out.count(this.at);
    out.f32s(this.vector);
  }

  static read(from: StateReader): DecayedEmbedding {
    const decayed = new DecayedEmbedding();
    const n = from.size(4);
    if (n === 0) return decayed;
    decayed.at = from.count();
    decayed.vector = Float32Array.from(from.f32s(n));
    return decayed;
  }
}

function normOf(vector: Float32Array): number {
  let squares = 0;
  for (let i = 0; i < vector.length; i++) squares += vector[i]! * vector[i]!;
  return Math.sqrt(squares);
}
