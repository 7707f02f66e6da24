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
 * w is kept beside z and n (it is read far more often than they change) and always follows from them.
 *
 *     const ftrl = new FtrlProximal(2 ** 20, { alpha: 0.1, beta: 1, l1: 0.1, l2: 1 });
 *     const p = sigmoid(sample.offset + ftrl.weights.logit(sample));
 *     ftrl.update(sample, weight * (p - label));
 */
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { FtrlWeights } from './ftrl-weights.js';
import type { OnlineLearner } from './online-learner.js';
import type { Sample } from './sample.js';

const { fround, sqrt } = Math;
/** Gradients of one coordinate are cut to ± this. */
export const FTRL_GRADIENT_MAX = 100;

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
  clipped = 0;
  /** z and n of a slot side by side: one cache line for both. */
  private readonly zn: Float32Array;
  /** The same memory. */
  private readonly bits: Uint32Array;

  constructor(
    slots: number,
    private readonly settings: FtrlSettings,
  ) {
    this.weights = new FtrlWeights(slots, priorPrecision(settings));
    this.zn = new Float32Array(slots * 2);
    this.bits = new Uint32Array(this.zn.buffer);
  }

  update(sample: Sample, gradient: number): void {
    const { slots, values, length } = sample;
    const { alpha, beta, l1, l2 } = this.settings;
    const zn = this.zn;
    const w = this.weights.w;
    for (let i = 0; i < length; i++) {
      const slot = slots[i]!;
      let g = gradient * values[i]!;
      if (g > FTRL_GRADIENT_MAX || g < -FTRL_GRADIENT_MAX) {
        g = g > 0 ? FTRL_GRADIENT_MAX : -FTRL_GRADIENT_MAX;
        this.clipped++;
      }
      const at = slot * 2;
      const n = zn[at + 1]!;
      const nNext = fround(n + g * g);
      const root = sqrt(nNext);
      const z = fround(zn[at]! + g - ((root - sqrt(n)) / alpha) * w[slot]!);
      zn[at] = z;
      zn[at + 1] = nNext;
      this.weights.learnt(slot, this.bits[at + 1]!);
      w[slot] =
        z > l1
          ? (l1 - z) / ((beta + root) / alpha + l2)
          : z < -l1
            ? (-l1 - z) / ((beta + root) / alpha + l2)
            : 0;
    }
  }

  encode(writer: ByteWriter, slots: Uint32Array): void {
    writer.varint(this.clipped);
    writer.rows32(this.zn, 2, slots);
  }

  decode(reader: ByteReader, slots: Uint32Array): void {
    this.clipped = reader.varint();
    reader.rows32(this.zn, 2, slots);
    const { alpha, beta, l1, l2 } = this.settings;
    for (const slot of slots) {
      const z = this.zn[slot * 2]!;
      this.weights.learnt(slot, this.bits[slot * 2 + 1]!);
      const root = sqrt(this.zn[slot * 2 + 1]!);
      this.weights.w[slot] =
        z > l1
          ? (l1 - z) / ((beta + root) / alpha + l2)
          : z < -l1
            ? (-l1 - z) / ((beta + root) / alpha + l2)
            : 0;
    }
  }
}
