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
  /** Sums, and the linear and the squared part, of the features of `open`. */
  private readonly openedSums: Float64Array;
  private openedLinear = 0;
  private openedSquares = 0;
  private linear = 0;
  private squares = 0;

  constructor(
    slots: number,
    readonly factors: number,
  ) {
    this.stride = factors + 1;
    this.rows = new Float32Array(slots * this.stride);
    this.sums = new Float64Array(factors);
    this.openedSums = new Float64Array(factors);
  }

  logit(sample: Sample): number {
    this.sums.fill(0);
    this.linear = this.w0[0]!;
    this.squares = 0;
    this.add(sample, 0);
    return this.total();
  }

  open(sample: Sample): void {
    this.logit(sample);
    this.openedSums.set(this.sums);
    this.openedLinear = this.linear;
    this.openedSquares = this.squares;
  }

  logitAfter(sample: Sample, length: number): number {
    this.sums.set(this.openedSums);
    this.linear = this.openedLinear;
    this.squares = this.openedSquares;
    this.add(sample, length);
    return this.total();
  }

  private add({ slots, values, length }: Sample, from: number): void {
    const { rows, stride, sums, factors } = this;
    let { linear, squares } = this;
    for (let i = from; i < length; i++) {
      const x = values[i]!;
      const base = slots[i]! * stride;
      linear += rows[base]! * x;
      for (let f = 0; f < factors; f++) {
        const term = rows[base + 1 + f]! * x;
        sums[f]! += term;
        squares += term * term;
      }
    }
    this.linear = linear;
    this.squares = squares;
  }

  private total(): number {
    const { sums, factors } = this;
    let pairs = -this.squares;
    for (let f = 0; f < factors; f++) pairs += sums[f]! * sums[f]!;
    return this.linear + 0.5 * pairs;
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
