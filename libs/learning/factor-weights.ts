/**
 * The weights of a factorisation machine (Rendle, "Factorization Machines", ICDM 2010):
 *
 *     logit = w0 + Σ w_i x_i + ½ Σ_f [ (Σ_i v_if x_i)² − Σ_i v_if² x_i² ]
 *
 * Rows never updated are all zero: an unseen feature adds nothing.
 */
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { servedFactor, servedWeight } from './kernels/grid.js';
import { SUMS_BYTES, type SlotRows } from './kernels/slot-rows.js';
import type { Predictor } from './online-learner.js';
import type { Sample } from './sample.js';

export class FactorWeights implements Predictor {
  readonly factors: number;
  /** w0, as an array of one: f32 like the rest. */
  readonly w0 = new Float32Array(1);
  /** Of the sample last predicted: Σ_i v_if x_i, and behind them partial sums of Σ_f Σ_i v_if² x_i². */
  readonly sums: Float32Array;
  /** The same of the features of `open`. */
  private readonly openedSums: Float32Array;
  private openedLinear = 0;
  private linear = 0;

  constructor(readonly rows: SlotRows) {
    this.factors = rows.factors;
    const length = rows.blocks * 4 + 4;
    this.sums = new Float32Array(rows.floats.buffer, rows.sumsAt, length);
    this.openedSums = new Float32Array(rows.floats.buffer, rows.sumsAt + SUMS_BYTES, length);
  }

  /** w of a slot. */
  weight(slot: number): number {
    return this.rows.floats[this.rows.cell(slot, this.rows.columns.fm)]!;
  }

  /** v_f of a slot. */
  factor(slot: number, f: number): number {
    return this.rows.floats[this.rows.row(slot) + f]!;
  }

  logit(sample: Sample): number {
    return this.whole(sample, false);
  }

  servedLogit(sample: Sample): number {
    return this.whole(sample, true);
  }

  open(sample: Sample): void {
    this.servedLogit(sample);
    this.openedSums.set(this.sums);
    this.openedLinear = this.linear;
  }

  logitAfter(sample: Sample, length: number): number {
    this.sums.set(this.openedSums);
    this.linear = this.openedLinear;
    this.add(sample, length, true);
    return this.total();
  }

  private whole(sample: Sample, served: boolean): number {
    this.sums.fill(0);
    this.linear = this.w0[0]!;
    this.add(sample, 0, served);
    return this.total();
  }

  private add(sample: Sample, from: number, served: boolean): void {
    const { rows } = this;
    const { addFactors, addFactorsOnGrid } = rows.kernels;
    rows.place(sample);
    this.linear = rows.dot(rows.columns.fm, from, sample.length, this.linear, served);
    (served && rows.changed ? addFactorsOnGrid : addFactors)(
      rows.rowsAt,
      rows.stride,
      rows.blocks,
      rows.slotsAt,
      rows.valuesAt,
      from,
      sample.length,
      rows.sumsAt,
    );
  }

  private total(): number {
    return this.linear + this.rows.kernels.pairs(this.rows.sumsAt, this.rows.blocks);
  }

  /** Each pair's term is split evenly between its two features; w0 belongs to none. Call `servedLogit` first. */
  contribute({ slots, values, length }: Sample, scale: number, into: Float64Array): void {
    const { sums, factors } = this;
    for (let i = 0; i < length; i++) {
      const x = values[i]!;
      let pairs = 0;
      for (let f = 0; f < factors; f++) {
        const term = servedFactor(this.factor(slots[i]!, f)) * x;
        pairs += term * (sums[f]! - term);
      }
      const w = servedWeight(this.weight(slots[i]!));
      into[i]! += scale * (w * x + 0.5 * pairs);
    }
  }

  encodeRows(writer: ByteWriter, slots: Uint32Array): void {
    writer.f32(this.w0[0]!);
    this.rows.encode(writer, slots, this.rows.columns.fm, 0, this.factors);
  }

  decodeRows(reader: ByteReader, slots: Uint32Array): void {
    this.w0[0] = reader.f32();
    this.rows.decode(reader, slots, this.rows.columns.fm, 0, this.factors);
  }
}
