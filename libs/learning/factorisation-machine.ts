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
 * same factors whatever the order in which features appear. The loops are in kernels/assembly/learners.ts, in 32-bit floats.
 */
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { FactorWeights } from './factor-weights.js';
import type { SlotRows } from './kernels/slot-rows.js';
import type { OnlineLearner } from './online-learner.js';
import type { Sample } from './sample.js';

/** Gradients of one coordinate are cut to ± this. */
const GRADIENT_MAX = 10;
/** G_θ before the first step: bounds it by α g. A row whose w has G = 0 is not born yet. */
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
  private readonly w0Squares = new Float32Array(1).fill(FIRST_SQUARES);

  /** @param rows with room to learn and as many factors as the settings say */
  constructor(
    private readonly rows: SlotRows,
    private readonly settings: FactorisationMachineSettings,
    private readonly seed: number,
  ) {
    this.weights = new FactorWeights(rows);
  }

  update(sample: Sample, gradient: number): void {
    const { rows, settings } = this;
    rows.place(sample);
    rows.kernels.bear(
      rows.rowsAt,
      rows.stride,
      rows.blocks,
      settings.factors,
      rows.slotsAt,
      rows.valuesAt,
      sample.length,
      rows.sumsAt,
      this.seed,
      settings.initScale,
    );
    this.stepW0(gradient);
    this.clipped += rows.kernels.updateFm(
      rows.rowsAt,
      rows.stride,
      rows.blocks,
      rows.slotsAt,
      rows.valuesAt,
      sample.length,
      rows.sumsAt,
      gradient,
      settings.alpha,
      settings.l2,
    );
  }

  encode(writer: ByteWriter): void {
    writer.varint(this.clipped);
    writer.f32(this.w0Squares[0]!);
    writer.f32(this.weights.w0[0]!);
  }

  decode(reader: ByteReader): void {
    this.clipped = reader.varint();
    this.w0Squares[0] = reader.f32();
    this.weights.w0[0] = reader.f32();
  }

  private stepW0(gradient: number): void {
    let g = gradient;
    if (g > GRADIENT_MAX || g < -GRADIENT_MAX) {
      g = g > 0 ? GRADIENT_MAX : -GRADIENT_MAX;
      this.clipped++;
    }
    this.w0Squares[0]! += g * g;
    this.weights.w0[0]! -= (this.settings.alpha * g) / Math.sqrt(this.w0Squares[0]!);
  }
}
