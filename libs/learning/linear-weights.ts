/** One weight a slot: logit = Σ w_i x_i. */
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import type { Predictor } from './online-learner.js';
import type { Sample } from './sample.js';

export class LinearWeights implements Predictor {
  readonly w: Float32Array;
  private opened = 0;

  constructor(slots: number) {
    this.w = new Float32Array(slots);
  }

  logit(sample: Sample): number {
    return this.sum(sample, 0, sample.length, 0);
  }

  open(sample: Sample): void {
    this.opened = this.sum(sample, 0, sample.length, 0);
  }

  logitAfter(sample: Sample, length: number): number {
    return this.sum(sample, length, sample.length, this.opened);
  }

  private sum({ slots, values }: Sample, from: number, to: number, sum: number): number {
    const w = this.w;
    for (let i = from; i < to; i++) sum += w[slots[i]!]! * values[i]!;
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
