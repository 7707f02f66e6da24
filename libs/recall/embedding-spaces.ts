/**
 * Where items stand by their embeddings, each length a space of its own: embeddings of different lengths never meet. The
 * vectors are kept at length 1, so that the nearest by inner product are the nearest by cosine.
 */
import { NearestVectors, type VectorRows } from '#vectors';

const FIRST_ROWS = 64;

export class EmbeddingSpaces {
  private readonly spaces = new Map<number, EmbeddingSpace>();

  add(slot: number, embedding: Float32Array): void {
    let space = this.spaces.get(embedding.length);
    if (!space) this.spaces.set(embedding.length, (space = new EmbeddingSpace(embedding.length)));
    space.add(slot, embedding);
  }

  remove(slot: number, embedding: Float32Array): void {
    this.spaces.get(embedding.length)?.remove(slot);
  }

  /** Up to `count` admitted slots, the nearest first. */
  nearest(embedding: Float32Array, count: number, admits: (slot: number) => boolean): number[] {
    return this.spaces.get(embedding.length)?.nearest(embedding, count, admits) ?? [];
  }

  /** Work put off: see NearestVectors. @returns what was done of it */
  tend(rowsMax: number): number {
    let done = 0;
    for (const space of this.spaces.values()) if (done < rowsMax) done += space.tend(rowsMax - done);
    return done;
  }
}

class EmbeddingSpace implements VectorRows {
  rows = 0;
  values: Float32Array;
  /** −1 for a row that is free. */
  private readonly slots: number[] = [];
  private readonly rowOf = new Map<number, number>();
  private readonly free: number[] = [];
  private readonly near = new NearestVectors(this);

  constructor(readonly dimensions: number) {
    this.values = new Float32Array(FIRST_ROWS * dimensions);
  }

  holds(row: number): boolean {
    return this.slots[row]! >= 0;
  }

  add(slot: number, embedding: Float32Array): void {
    const row = this.free.pop() ?? this.rows++;
    this.fit();
    this.slots[row] = slot;
    this.rowOf.set(slot, row);
    let squares = 0;
    for (const value of embedding) squares += value * value;
    const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
    for (let i = 0; i < this.dimensions; i++) this.values[row * this.dimensions + i] = embedding[i]! * scale;
    this.near.moved(row);
  }

  remove(slot: number): void {
    const row = this.rowOf.get(slot);
    if (row === undefined) return;
    this.rowOf.delete(slot);
    this.slots[row] = -1;
    this.free.push(row);
    this.near.moved(row);
  }

  nearest(embedding: Float32Array, count: number, admits: (slot: number) => boolean): number[] {
    const rows = this.near.nearest(embedding, count, (row) => admits(this.slots[row]!));
    return Array.from(rows, (row) => this.slots[row]!);
  }

  tend(rowsMax: number): number {
    return this.near.tend(rowsMax);
  }

  private fit(): void {
    if (this.rows * this.dimensions <= this.values.length) return;
    const wider = new Float32Array(this.values.length * 2);
    wider.set(this.values);
    this.values = wider;
  }
}
