/**
 * An online mixture of the learners (stacked generalisation, Wolpert 1992, in the logit domain):
 *
 *     ℓ = offset + b + Σ_k a_k ℓ_k,   a, b by AdaGrad on the weighted log loss, from a_k = 1/K, b = 0
 *
 * ℓ_k is what learner k adds to the offset. It starts as the mean of the learners and moves towards those
 * that predict best together.
 */
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';

const { sqrt } = Math;

const STEP = 0.02;

export class Blend {
  /** b, a_1 .. a_K. */
  readonly coefficients: Float64Array;
  private readonly squares: Float64Array;

  constructor(readonly learners: number) {
    this.coefficients = new Float64Array(learners + 1).fill(1 / learners, 1);
    this.squares = new Float64Array(learners + 1).fill(1);
  }

  /** @param logits what each learner adds to the offset */
  logit(offset: number, logits: Float64Array): number {
    let sum = offset + this.coefficients[0]!;
    for (let k = 0; k < this.learners; k++) sum += this.coefficients[k + 1]! * logits[k]!;
    return sum;
  }

  /** @param gradient s·(p − y) at the blend's own p */
  update(logits: Float64Array, gradient: number): void {
    for (let k = 0; k <= this.learners; k++) {
      const g = gradient * (k === 0 ? 1 : logits[k - 1]!);
      this.squares[k]! += g * g;
      this.coefficients[k]! -= (STEP * g) / sqrt(this.squares[k]!);
    }
  }

  encode(writer: ByteWriter): void {
    writer.array(this.coefficients);
    writer.array(this.squares);
  }

  decode(reader: ByteReader): void {
    reader.array(this.coefficients);
    reader.array(this.squares);
  }
}
