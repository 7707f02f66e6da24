/**
 * The weights of a factorisation machine (Rendle, "Factorization Machines", ICDM 2010):
 *
 *     logit = w0 + Σ w_i x_i + ½ Σ_f [ (Σ_i v_if x_i)² − Σ_i v_if² x_i² ]
 *
 * A slot's row is w, v_1 .. v_k. Rows never updated are all zero: an unseen feature adds nothing.
 */
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import type { Predictor } from './online-learner.js';
import type { Sample } from './sample.js';

export class FactorWeights implements Predictor {
  readonly rows: Float32Array;
  readonly stride: number;
  /** w0, as an array of one: f32 like the rest. */
  readonly w0 = new Float32Array(1);
  /** Σ_i v_if x_i of the sample last predicted. */
  readonly sums: Float64Array;

  constructor(
    slots: number,
    readonly factors: number,
  ) {
    this.stride = factors + 1;
    this.rows = new Float32Array(slots * this.stride);
    this.sums = new Float64Array(factors);
  }

  logit(sample: Sample): number {
    const { slots, values, length } = sample;
    const { rows, stride, sums } = this;
    const factors = this.factors;
    for (let f = 0; f < factors; f++) sums[f] = 0;
    let linear = this.w0[0]!;
    let squares = 0;
    for (let i = 0; i < length; i++) {
      const x = values[i]!;
      const base = slots[i]! * stride;
      linear += rows[base]! * x;
      for (let f = 0; f < factors; f++) {
        const term = rows[base + 1 + f]! * x;
        sums[f]! += term;
        squares += term * term;
      }
    }
    let pairs = -squares;
    for (let f = 0; f < factors; f++) pairs += sums[f]! * sums[f]!;
    return linear + 0.5 * pairs;
  }

  /** Each pair's term is split evenly between its two features; w0 belongs to none. Call `logit` first. */
  contribute(sample: Sample, scale: number, into: Float64Array): void {
    const { rows, stride, sums, factors } = this;
    for (let i = 0; i < sample.length; i++) {
      const x = sample.values[i]!;
      const base = sample.slots[i]! * stride;
      let pairs = 0;
      for (let f = 0; f < factors; f++) {
        const term = rows[base + 1 + f]! * x;
        pairs += term * (sums[f]! - term);
      }
      into[i]! += scale * (rows[base]! * x + 0.5 * pairs);
    }
  }

  encodeRows(writer: ByteWriter, slots: Uint32Array): void {
    writer.f32(this.w0[0]!);
    writer.rows32(this.rows, this.stride, slots);
  }

  decodeRows(reader: ByteReader, slots: Uint32Array): void {
    this.w0[0] = reader.f32();
    reader.rows32(this.rows, this.stride, slots);
  }
}
