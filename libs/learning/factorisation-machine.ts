/**
 * Factorisation machine (Rendle, ICDM 2010) with a logistic link, learnt online with AdaGrad steps per
 * coordinate (Duchi et al., JMLR 2011; as in libffm, Juan et al., RecSys 2016):
 *
 *     ŷ as in factor-weights.ts,   p = σ(offset + ŷ)
 *     ∂ŷ/∂w0 = 1,  ∂ŷ/∂w_i = x_i,  ∂ŷ/∂v_if = x_i (Σ_j v_jf x_j − v_if x_i)
 *     g = s (p − y) ∂ŷ/∂θ + λ2 θ,   G_θ += g²,   θ ← θ − α g / √G_θ
 *
 * | parameter | meaning | range |
 * |---|---|---|
 * | factors | latent dimensions k | 2..64 |
 * | alpha | step size | > 0, usually .01 to .2 |
 * | l2 | shrinks the weights and factors of the features at hand | ≥ 0 |
 * | initScale | standard deviation of a factor before its first step | > 0 |
 * | seed | of the initial factors | integer |
 *
 * A row is born at its first update, from a hash of (slot, factor, seed): no table of random numbers, and the
 * same factors whatever the order in which features appear.
 */
import { combine32, mix32 } from '#kernel';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { FactorWeights } from './factor-weights.js';
import type { OnlineLearner } from './online-learner.js';
import type { Sample } from './sample.js';

const { fround, sqrt } = Math;
/** Gradients of one coordinate are cut to ± this. */
export const FM_GRADIENT_MAX = 10;
/** G_θ before the first step: bounds it by α g. A row with G = 0 is not born yet. */
const FIRST_SQUARES = 1;

export interface FactorisationMachineSettings {
  readonly factors: number;
  readonly alpha: number;
  readonly l2: number;
  readonly initScale: number;
}

export class FactorisationMachine implements OnlineLearner {
  readonly name = 'fm';
  readonly weights: FactorWeights;
  clipped = 0;
  /** G_θ, laid out like the weights' rows. */
  private readonly squares: Float32Array;
  private readonly w0Squares = new Float32Array(1).fill(FIRST_SQUARES);

  constructor(
    slots: number,
    private readonly settings: FactorisationMachineSettings,
    private readonly seed: number,
  ) {
    this.weights = new FactorWeights(slots, settings.factors);
    this.squares = new Float32Array(this.weights.rows.length);
  }

  update(sample: Sample, gradient: number): void {
    this.bear(sample);
    const { slots, values, length } = sample;
    const { alpha, l2, factors } = this.settings;
    const { rows, stride, sums } = this.weights;
    const squares = this.squares;
    this.stepW0(gradient);
    for (let i = 0; i < length; i++) {
      const x = values[i]!;
      const scaled = gradient * x;
      const base = slots[i]! * stride;
      this.stepAt(base, scaled + l2 * rows[base]!);
      for (let f = 0; f < factors; f++) {
        const at = base + 1 + f;
        const v = rows[at]!;
        let g = scaled * (sums[f]! - v * x) + l2 * v;
        if (g > FM_GRADIENT_MAX || g < -FM_GRADIENT_MAX) g = this.cut(g);
        const total = fround(squares[at]! + g * g);
        squares[at] = total;
        rows[at] = v - (alpha * g) / sqrt(total);
      }
    }
  }

  encode(writer: ByteWriter, slots: Uint32Array): void {
    writer.varint(this.clipped);
    writer.f32(this.w0Squares[0]!);
    this.weights.encodeRows(writer, slots);
    writer.rows32(this.squares, this.weights.stride, slots);
  }

  decode(reader: ByteReader, slots: Uint32Array): void {
    this.clipped = reader.varint();
    this.w0Squares[0] = reader.f32();
    this.weights.decodeRows(reader, slots);
    reader.rows32(this.squares, this.weights.stride, slots);
  }

  /** Gives first factors to the rows that have none, and counts them in the sums. */
  private bear(sample: Sample): void {
    const { rows, stride, sums, factors } = this.weights;
    for (let i = 0; i < sample.length; i++) {
      const slot = sample.slots[i]!;
      const base = slot * stride;
      if (this.squares[base] !== 0) continue;
      this.squares.fill(FIRST_SQUARES, base, base + stride);
      for (let f = 0; f < factors; f++) {
        rows[base + 1 + f] = initialFactor(slot, f, this.seed, this.settings.initScale);
        sums[f]! += rows[base + 1 + f]! * sample.values[i]!;
      }
    }
  }

  private stepAt(at: number, gradient: number): void {
    const g = gradient > FM_GRADIENT_MAX || gradient < -FM_GRADIENT_MAX ? this.cut(gradient) : gradient;
    const total = fround(this.squares[at]! + g * g);
    this.squares[at] = total;
    this.weights.rows[at]! -= (this.settings.alpha * g) / sqrt(total);
  }

  private stepW0(gradient: number): void {
    const g = gradient > FM_GRADIENT_MAX || gradient < -FM_GRADIENT_MAX ? this.cut(gradient) : gradient;
    this.w0Squares[0]! += g * g;
    this.weights.w0[0]! -= (this.settings.alpha * g) / sqrt(this.w0Squares[0]!);
  }

  private cut(g: number): number {
    this.clipped++;
    return g > 0 ? FM_GRADIENT_MAX : -FM_GRADIENT_MAX;
  }
}

/** Uniform with standard deviation `scale`, from the hash of slot and factor. */
export function initialFactor(slot: number, factor: number, seed: number, scale: number): number {
  const hash = mix32(combine32(combine32(slot, factor), seed));
  return ((hash + 0.5) / 2_147_483_648 - 1) * sqrt(3) * scale;
}
