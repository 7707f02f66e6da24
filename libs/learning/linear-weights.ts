/** One weight a slot: logit = Σ w_i x_i. */
import { servedWeight } from './kernels/grid.js';
import type { SlotRows } from './kernels/slot-rows.js';
import type { Predictor } from './online-learner.js';
import type { Sample } from './sample.js';

export class LinearWeights implements Predictor {
  /** @param column of the rows, in which the weights stand */
  constructor(
    readonly rows: SlotRows,
    private readonly column: number,
  ) {}

  weight(slot: number): number {
    return this.rows.floats[this.rows.cell(slot, this.column)]!;
  }

  /** As hosts know it. */
  servedWeight(slot: number): number {
    return servedWeight(this.weight(slot));
  }

  /** How many weights are not zero. */
  countNonZero(): number {
    let count = 0;
    for (let slot = 0; slot < this.rows.slots; slot++) if (this.weight(slot) !== 0) count++;
    return count;
  }

  logit(sample: Sample): number {
    this.rows.place(sample);
    return this.rows.dot(this.column, sample.length, 0, false);
  }

  servedLogit(sample: Sample): number {
    this.rows.place(sample);
    return this.rows.dot(this.column, sample.length, 0, true);
  }

  contribute({ slots, values, length }: Sample, scale: number, into: Float64Array, from = 0): void {
    for (let i = from; i < length; i++) into[i - from]! += scale * this.servedWeight(slots[i]!) * values[i]!;
  }
}
