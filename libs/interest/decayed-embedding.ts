/**
 * The decayed sum of the unit embeddings of the items acted on. Only its direction is used. An embedding of another
 * length starts anew: a deployment changed its model, and vectors of two models do not compare.
 */
import { remaining } from './decay.js';
import type { StateReader, StateWriter } from './state-writer.js';

export class DecayedEmbedding {
  vector: Float32Array | undefined;
  private at = 0;

  add(embedding: Float32Array, weight: number, at: number, halfLifeMs: number): void {
    let norm = 0;
    for (let i = 0; i < embedding.length; i++) norm += embedding[i]! * embedding[i]!;
    if (!(norm > 0) || !Number.isFinite(norm)) return;
    if (this.vector?.length !== embedding.length) {
      this.vector = new Float32Array(embedding.length);
      this.at = at;
    }
    const left = remaining(at - this.at, halfLifeMs);
    const share = (weight * remaining(this.at - at, halfLifeMs)) / Math.sqrt(norm);
    const vector = this.vector;
    for (let i = 0; i < vector.length; i++) vector[i] = vector[i]! * left + embedding[i]! * share;
    this.at = Math.max(this.at, at);
  }

  /** Adds the other's sum, both decayed to the newer time. */
  absorb(other: DecayedEmbedding, halfLifeMs: number): void {
    if (!other.vector) return;
    if (this.vector?.length !== other.vector.length) {
      if (this.vector) return;
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
