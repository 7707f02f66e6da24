/** One weight a slot: logit = Σ w_i x_i. */
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import type { Predictor } from './online-learner.js';
import type { Sample } from './sample.js';

export class LinearWeights implements Predictor {
  readonly w: Float32Array;

  constructor(slots: number) {
    this.w = new Float32Array(slots);
  }

  logit(sample: Sample): number {
    const { slots, values, length } = sample;
    const w = this.w;
    let sum = 0;
    for (let i = 0; i < length; i++) sum += w[slots[i]!]! * values[i]!;
    return sum;
  }

  contribute(sample: Sample, scale: number, into: Float64Array): void {
    for (let i = 0; i < sample.length; i++) into[i]! += scale * this.w[sample.slots[i]!]! * sample.values[i]!;
  }

  encodeRows(writer: ByteWriter, slots: Uint32Array): void {
    writer.rows32(this.w, 1, slots);
  }

  decodeRows(reader: ByteReader, slots: Uint32Array): void {
    reader.rows32(this.w, 1, slots);
  }
}
