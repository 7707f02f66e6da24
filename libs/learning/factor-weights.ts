/**
 * The weights of a factorisation machine (Rendle, "Factorization Machines", ICDM 2010):
 *
 *     logit = w0 + Σ w_i x_i + ½ Σ_f [ (Σ_i v_if x_i)² − Σ_i v_if² x_i² ]
 *
 * Rows never updated are all zero: an unseen feature adds nothing.
 */
import { servedFactor, servedWeight } from './kernels/grid.js';
import type { SlotRows } from './kernels/slot-rows.js';
import type { Predictor } from './online-learner.js';
import type { Sample } from './sample.js';

export class FactorWeights implements Predictor {
  readonly factors: number;
  /** w0, as an array of one: f32 like the rest. */
  readonly w0 = new Float32Array(1);
  /** Of the sample last predicted: Σ_i v_if x_i, and behind them partial sums of Σ_f Σ_i v_if² x_i². */
  readonly sums: Float32Array;

  constructor(readonly rows: SlotRows) {
    this.factors = rows.factors;
    this.sums = new Float32Array(rows.floats.buffer, rows.sumsAt, rows.blocks * 4 + 4);
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

  private whole(sample: Sample, served: boolean): number {
    const { rows } = this;
    const { addFactors, addFactorsOnGrid, pairs } = rows.kernels;
    this.sums.fill(0);
    rows.place(sample);
    const linear = rows.dot(rows.columns.fm, sample.length, this.w0[0]!, served);
    (served && rows.changed ? addFactorsOnGrid : addFactors)(
      rows.rowsAt,
      rows.stride,
      rows.blocks,
      rows.slotsAt,
      rows.valuesAt,
      sample.length,
      rows.sumsAt,
    );
    return linear + pairs(rows.sumsAt, rows.blocks);
  }

  /** Each pair's term is split evenly between its two features; w0 belongs to none. Call `servedLogit` first. */
  contribute({ slots, values, length }: Sample, scale: number, into: Float64Array, from = 0): void {
    const { rows, sums, factors } = this;
    const { floats } = rows;
    for (let i = from; i < length; i++) {
      const x = values[i]!;
      const row = rows.row(slots[i]!);
      let pairs = 0;
      for (let f = 0; f < factors; f++) {
        const term = servedFactor(floats[row + f]!) * x;
        pairs += term * (sums[f]! - term);
      }
      const w = servedWeight(this.weight(slots[i]!));
      into[i - from]! += scale * (w * x + 0.5 * pairs);
    }
  }
}
