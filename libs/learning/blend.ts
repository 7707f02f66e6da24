/**
 * An online mixture of the learners (stacked generalisation, Wolpert 1992, in the logit domain):
 *
 *     ℓ = offset + b + Σ_k a_k ℓ_k = offset + θ·x,   θ = (b, a_1 .. a_K), x = (1, ℓ_1 .. ℓ_K)
 *
 * ℓ_k is what learner k adds to the offset. θ is a Gaussian belief that starts at given shares and is corrected
 * by each sample as in online Bayesian logistic regression (a Kalman filter linearised at the prediction; Spiegelhalter &
 * Lauritzen 1990). With g and h the first and second derivative of the sample's loss by ℓ:
 *
 *     P ← P − h Px (Px)ᵀ / (1 + h xᵀPx),   θ ← θ − g Px / (1 + h xᵀPx),   P ← P + q I
 *
 * There is no step size to choose: the more the learners differ, the sooner the better ones take over. q lets their parts go
 * on changing: about the last 1/√q samples count. The samples of one list are not independent, so that the first belief is a
 * firm one: a deviation of .2 instead of .03 costs .001 of log loss on RankLens.
 */
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';

/** Standard deviation of each coefficient before any sample. */
const FIRST_DEVIATION = 0.03;
const DRIFT = 1e-9;
/** A coefficient is never less certain than at first. */
const VARIANCE_MAX = FIRST_DEVIATION ** 2;
/** Coefficients stay within ±this. */
const COEFFICIENT_MAX = 4;

export class Blend {
  /** b, a_1 .. a_K. */
  readonly coefficients: Float64Array;
  /** P, row by row. */
  private readonly covariance: Float64Array;
  private readonly step: Float64Array;

  readonly learners: number;

  /** @param shares a_1 .. a_K before any sample; they sum to 1 */
  constructor(shares: readonly number[]) {
    this.learners = shares.length;
    const n = shares.length + 1;
    this.coefficients = Float64Array.from([0, ...shares]);
    this.covariance = new Float64Array(n * n);
    this.step = new Float64Array(n);
    for (let k = 0; k < n; k++) this.covariance[k * n + k] = VARIANCE_MAX;
  }

  /** @param logits what each learner adds to the offset */
  logit(offset: number, logits: Float64Array): number {
    let sum = offset + this.coefficients[0]!;
    for (let k = 0; k < this.learners; k++) sum += this.coefficients[k + 1]! * logits[k]!;
    return sum;
  }

  /**
   * @param gradient first derivative of the sample's loss by the logit, at the blend's own prediction
   * @param curvature second derivative, ≥ 0
   */
  update(logits: Float64Array, gradient: number, curvature: number): void {
    const { coefficients, covariance, step } = this;
    const n = this.learners + 1;
    let spread = 0;
    for (let i = 0; i < n; i++) {
      let sum = covariance[i * n]!;
      for (let k = 1; k < n; k++) sum += covariance[i * n + k]! * logits[k - 1]!;
      step[i] = sum;
      spread += sum * (i === 0 ? 1 : logits[i - 1]!);
    }
    const scale = 1 / (1 + curvature * spread);
    for (let i = 0; i < n; i++) {
      const moved = coefficients[i]! - gradient * scale * step[i]!;
      coefficients[i] = Math.min(COEFFICIENT_MAX, Math.max(-COEFFICIENT_MAX, moved));
      for (let k = 0; k < n; k++) covariance[i * n + k]! -= curvature * scale * step[i]! * step[k]!;
      const at = i * n + i;
      covariance[at] = Math.min(VARIANCE_MAX, covariance[at]! + DRIFT);
    }
  }

  encode(writer: ByteWriter): void {
    writer.array(this.coefficients);
    writer.array(this.covariance);
  }

  decode(reader: ByteReader): void {
    reader.array(this.coefficients);
    reader.array(this.covariance);
  }
}
