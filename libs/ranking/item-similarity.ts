/**
 * How alike two items are, in [−1, 1], 1 for an item and itself: the cosine of two vectors,
 *
 *     labels      √weight for each of category (1), brand (.6), tag (.6), scaled to length 1
 *     embedding   its first COMPARED_MAX numbers, scaled to length 1
 *
 * both scaled by √½ where an item has both, and one of them alone where it has only one. As a Gram matrix it is positive
 * semidefinite, which the determinants of `Determinantal` need.
 */
import type { Item } from '#catalogue';

/** Numbers of an embedding that are compared: bounds the time of a list. */
const COMPARED_MAX = 64;
const CATEGORY = 1;
const BRAND = 0.6;
const TAG = 0.6;

export class ItemSimilarity {
  readonly size: number;
  /** By labelHash. */
  private readonly ids = new Map<number, number>();
  /** Of each item: its labels' ids and their shares of a vector of length √½ or 1. */
  private readonly labels: Labels[];
  private readonly embeddings: (Float64Array | undefined)[];
  private readonly rows: (Float64Array | undefined)[] = [];
  private readonly marks: number[] = [];

  constructor(items: readonly Item[]) {
    this.size = items.length;
    this.embeddings = items.map(({ embedding }) => embedding && unitOf(embedding));
    this.labels = items.map((item, i) => this.labelsOf(item, this.embeddings[i] !== undefined));
    this.embeddings.forEach((embedding, i) => {
      if (embedding && this.labels[i]!.ids.length > 0) scale(embedding, Math.SQRT1_2);
    });
  }

  /** Of the item to every item. */
  row(item: number): Float64Array {
    return (this.rows[item] ??= this.rowOf(item));
  }

  private rowOf(item: number): Float64Array {
    const row = new Float64Array(this.size);
    const { marks } = this;
    const { ids, values } = this.labels[item]!;
    for (let k = 0; k < ids.length; k++) marks[ids[k]!] = values[k]!;
    for (let other = 0; other < this.size; other++) {
      const labels = this.labels[other]!;
      let sum = 0;
      for (let k = 0; k < labels.ids.length; k++) sum += labels.values[k]! * marks[labels.ids[k]!]!;
      row[other] = sum + dot(this.embeddings[item], this.embeddings[other]);
    }
    for (const id of ids) marks[id] = 0;
    row[item] = 1;
    return row;
  }

  private labelsOf({ hashes }: Item, hasEmbedding: boolean): Labels {
    const { categories, tags, brand } = hashes;
    const length = categories.length + tags.length + (brand === 0 ? 0 : 1);
    const total = categories.length * CATEGORY + tags.length * TAG + (brand === 0 ? 0 : BRAND);
    const each = (weight: number): number => Math.sqrt(weight / total / (hasEmbedding ? 2 : 1));
    const labels = { ids: new Int32Array(length), values: new Float64Array(length) };
    let at = 0;
    for (const hash of categories) at = this.put(labels, at, hash, each(CATEGORY));
    for (const hash of tags) at = this.put(labels, at, hash, each(TAG));
    if (brand !== 0) this.put(labels, at, brand, each(BRAND));
    return labels;
  }

  private put({ ids, values }: Labels, at: number, hash: number, value: number): number {
    let id = this.ids.get(hash);
    if (id === undefined) {
      this.ids.set(hash, (id = this.ids.size));
      this.marks.push(0);
    }
    ids[at] = id;
    values[at] = value;
    return at + 1;
  }
}

interface Labels {
  readonly ids: Int32Array;
  readonly values: Float64Array;
}

function unitOf(embedding: Float32Array): Float64Array | undefined {
  const unit = Float64Array.from(embedding.subarray(0, COMPARED_MAX));
  const length = Math.sqrt(dot(unit, unit));
  if (!(length > 0)) return undefined;
  scale(unit, 1 / length);
  return unit;
}

function scale(vector: Float64Array, by: number): void {
  for (let i = 0; i < vector.length; i++) vector[i]! *= by;
}

/** 0 for vectors of different lengths: they are of different models. */
function dot(a: Float64Array | undefined, b: Float64Array | undefined): number {
  if (!a || !b || a.length !== b.length) return 0;
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
