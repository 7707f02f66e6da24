/**
 * FTRL's weights, and how sure of each it is. n_i = Σ g_i² with g = s (p − y) x is the empirical Fisher information of the
 * coordinate, so beside a Gaussian prior of precision q₀ a Laplace approximation with diagonal covariance has
 *
 *     Var(w_i) ≈ 1 / (q₀ + n_i),   Var(Σ w_i x_i) ≈ Σ x_i² / (q₀ + n_i)
 *
 * (Chapelle & Li, NIPS 2011, algorithm 3). q₀ = β/α + λ2 is the curvature at which FTRL-Proximal itself begins.
 *
 * Replicas know n as a byte a slot: the exponent and three bits of the mantissa of a float, 2⁻³ ≤ n < 2²⁹, within 7 %; less is
 * nothing beside q₀. A learner has n itself, and reads it the same way.
 */
import { NONE, type SlotRows } from './kernels/slot-rows.js';
import { LinearWeights } from './linear-weights.js';
import type { Sample } from './sample.js';

/** Float bits above the byte: sign and exponent and three bits of mantissa. */
const SHIFT = 20;
/** (127 − 3) << 3: the code of 2⁻³. */
const CODE_BASE = 124 << 3;
const CODE_MAX = 255;

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** Middle of each code's range; code 0 stands for next to nothing. */
const INFORMATION = Float64Array.from({ length: CODE_MAX + 1 }, (_, code) => {
  bits[0] = ((code + CODE_BASE) << SHIFT) | (1 << (SHIFT - 1));
  return code === 0 ? 0 : float[0]!;
});

export class FtrlWeights extends LinearWeights {
  constructor(
    rows: SlotRows,
    /** q₀ */
    private readonly priorPrecision: number,
  ) {
    super(rows, rows.columns.ftrl);
  }

  /** The code of n, 0 .. 255. */
  information(slot: number): number {
    const { words, columns } = this.rows;
    return columns.n === NONE
      ? words[this.rows.cell(slot, columns.information)]!
      : codeOf(words[this.rows.cell(slot, columns.n)]!);
  }

  /** Of the sample's logit. */
  variance({ slots, values, length }: Sample): number {
    let sum = 0;
    for (let i = 0; i < length; i++)
      sum += values[i]! ** 2 / (this.priorPrecision + INFORMATION[this.information(slots[i]!)]!);
    return sum;
  }
}

/** @param nBits the bits of n as a 32-bit float */
function codeOf(nBits: number): number {
  const code = (nBits >>> SHIFT) - CODE_BASE;
  return code < 0 ? 0 : code > CODE_MAX ? CODE_MAX : code;
}
