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
import { LinearWeights } from './linear-weights.js';
import type { OnlineLearner } from './online-learner.js';
import type { Sample } from './sample.js';

/** Steps of one weight are cut to ± this. */
export const OLR_STEP_MAX = 1;
const STEADY_SAMPLES = 1_000;

export class OnlineLogisticRegression implements OnlineLearner {
  readonly name = 'olr';
  readonly weights: LinearWeights;
  clipped = 0;
  private samples = 0;

  constructor(
    slots: number,
    private readonly settings: { readonly alpha: number },
  ) {
    this.weights = new LinearWeights(slots);
  }

  update(sample: Sample, gradient: number): void {
    const { slots, values, length } = sample;
    const w = this.weights.w;
    const rate = this.settings.alpha / Math.sqrt(1 + this.samples / STEADY_SAMPLES);
    this.samples++;
    for (let i = 0; i < length; i++) {
      let step = rate * gradient * values[i]!;
      if (step > OLR_STEP_MAX || step < -OLR_STEP_MAX) {
        step = step > 0 ? OLR_STEP_MAX : -OLR_STEP_MAX;
        this.clipped++;
      }
      w[slots[i]!]! -= step;
    }
  }

  encode(writer: ByteWriter, slots: Uint32Array): void {
    writer.varint(this.clipped);
    writer.varint(this.samples);
    this.weights.encodeRows(writer, slots);
  }

  decode(reader: ByteReader, slots: Uint32Array): void {
    this.clipped = reader.varint();
    this.samples = reader.varint();
    this.weights.decodeRows(reader, slots);
  }
}
