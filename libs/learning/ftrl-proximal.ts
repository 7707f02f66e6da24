/**
 * FTRL-Proximal logistic regression over hashed sparse features
 * (McMahan et al., "Ad Click Prediction: a View from the Trenches", KDD 2013, Algorithm 1):
 *
 *     w_i = 0                                                   if |z_i| ≤ λ1
 *         = −(z_i − sign(z_i) λ1) / ((β + √n_i)/α + λ2)         otherwise
 *     p = σ(offset + Σ w_i x_i),   g_i = s (p − y) x_i
 *     σ_i = (√(n_i + g_i²) − √n_i)/α,   z_i += g_i − σ_i w_i,   n_i += g_i²
 *
 * | parameter | meaning | range |
 * |---|---|---|
 * | alpha | learning rate; the best value depends on the features, .01 to .5 is usual | > 0 |
 * | beta | keeps the first steps small | > 0, usually 1 |
 * | l1 | sparsity: a weight stays 0 until its evidence exceeds it | ≥ 0 |
 * | l2 | shrinks weights | ≥ 0 |
 *
 * w is kept beside z and n (it is read far more often than they change) and always follows from them. The step itself is
 * updateFtrl in kernels/assembly/learners.ts, in 32-bit floats.
 *
 *     const ftrl = new FtrlProximal(SlotRows.toLearn(2 ** 20), { alpha: 0.1, beta: 1, l1: 0.1, l2: 1 });
 *     const p = sigmoid(sample.offset + ftrl.weights.logit(sample));
 *     ftrl.update(sample, weight * (p - label));
 */
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { FtrlWeights } from './ftrl-weights.js';
import type { SlotRows } from './kernels/slot-rows.js';
import type { OnlineLearner } from './online-learner.js';
import type { Sample } from './sample.js';

export interface FtrlSettings {
  readonly alpha: number;
  readonly beta: number;
  readonly l1: number;
  readonly l2: number;
}

/** The curvature before any evidence: q₀ of the weights' uncertainty. */
export const priorPrecision = ({ alpha, beta, l2 }: FtrlSettings): number => beta / alpha + l2;

export class FtrlProximal implements OnlineLearner {
  readonly name = 'ftrl';
  readonly weights: FtrlWeights;
  /** Gradients of one coordinate are cut to ± 100. */
  clipped = 0;

  /** @param rows with room to learn */
  constructor(
    private readonly rows: SlotRows,
    private readonly settings: FtrlSettings,
  ) {
    this.weights = new FtrlWeights(rows, priorPrecision(settings));
  }

  update(sample: Sample, gradient: number): void {
    const { rows } = this;
    const { alpha, beta, l1, l2 } = this.settings;
    rows.place(sample);
    this.clipped += rows.kernels.updateFtrl(
      rows.tailsAt,
      rows.stride,
      rows.slotsAt,
      rows.valuesAt,
      sample.length,
      rows.spareAt,
      gradient,
      1 / alpha,
      beta,
      l1,
      l2,
    );
  }

  encode(writer: ByteWriter): void {
    writer.varint(this.clipped);
  }

  decode(reader: ByteReader): void {
    this.clipped = reader.varint();
  }
}
