/** Appends features to a vector within its bound; the value must be finite or the feature is dropped. */
import type { FeatureVector } from '#events';
import { plainIndex, ratedIndex } from './families.js';

export class FeatureWriter {
  private indices: Uint32Array = new Uint32Array(0);
  private values: Float32Array = new Float32Array(0);
  private limit = 0;
  private names: string[] | undefined;
  private rated = true;
  length = 0;

  /** @param reserve entries at the end to leave free. @param rated whether features may have families */
  open(out: FeatureVector, reserve: number, names: string[] | undefined, rated = true): void {
    this.rated = rated;
    this.indices = out.indices;
    this.values = out.values;
    this.limit = out.indices.length - reserve;
    this.names = names;
    this.length = 0;
  }

  /** True while names are wanted: callers build them only then. */
  get named(): boolean {
    return this.names !== undefined;
  }

  /** A feature without a family. */
  add(hash: number, value: number): void {
    this.put(plainIndex(hash), value);
  }

  /** A feature of which the model keeps a click rate. */
  addRated(family: number, hash: number, value: number): void {
    this.put(this.rated ? ratedIndex(family, hash) : plainIndex(hash), value);
  }

  /** An index that was made before, with or without a family. */
  addMade(index: number, value: number): void {
    this.put(this.rated ? index : plainIndex(index), value);
  }

  private put(index: number, value: number): void {
    const n = this.length;
    if (n >= this.limit || !(value - value === 0)) return;
    this.indices[n] = index;
    this.values[n] = value;
    this.length = n + 1;
  }

  /** Names the features added since the last call one by one. */
  nameEach(texts: readonly string[]): void {
    const names = this.names;
    for (let i = 0; names && names.length < this.length; i++) names.push(texts[i]!);
  }

  /** Names the features added since the last call alike. */
  name(text: string): void {
    const names = this.names;
    if (names) while (names.length < this.length) names.push(text);
  }
}
