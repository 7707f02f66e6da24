/**
 * Online logistic regression by gradient descent, the baseline in every report:
 *
 *     p = σ(offset + Σ w_i x_i),   w_i ← w_i − α_t s (p − y) x_i,   α_t = α / √(1 + t / 1,000)
 *
 * t counts samples: the usual 1/√t (Zinkevich, "Online Convex Programming", ICML 2003), held near α for the
 * first thousand so that α means the same for short and long streams.
 *
 * | parameter | meaning | range |
 * |---|---|---|
 * | alpha | first step size | > 0 |
 */
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import type { SlotRows } from './kernels/slot-rows.js';
import { LinearWeights } from './linear-weights.js';
import type { OnlineLearner } from './online-learner.js';
import type { Sample } from './sample.js';

const STEADY_SAMPLES = 1_000;

export class OnlineLogisticRegression implements OnlineLearner {
  readonly name = 'olr';
  readonly weights: LinearWeights;
  /** Steps of one weight are cut to ± 1. */
  clipped = 0;
  private samples = 0;

  constructor(
    private readonly rows: SlotRows,
    private readonly settings: { readonly alpha: number },
  ) {
    this.weights = new LinearWeights(rows, rows.columns.olr);
  }

  update(sample: Sample, gradient: number): void {
    const { rows } = this;
    const rate = this.settings.alpha / Math.sqrt(1 + this.samples / STEADY_SAMPLES);
    this.samples++;
    rows.place(sample);
    this.clipped += rows.kernels.updateOlr(
      rows.tailsAt,
      rows.stride,
      rows.slotsAt,
      rows.valuesAt,
      sample.length,
      rate * gradient,
    );
  }

  encode(writer: ByteWriter): void {
    writer.varint(this.clipped);
    writer.varint(this.samples);
  }

  decode(reader: ByteReader): void {
    this.clipped = reader.varint();
    this.samples = reader.varint();
  }
}
