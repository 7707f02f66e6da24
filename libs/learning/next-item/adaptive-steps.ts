/**
 * Weights with a step size of their own each, that shrinks with the gradients it has met and forgets old ones slowly
 * (AdaGrad of Duchi et al., JMLR 2011, with the decay of RMSProp, so that the mix follows what changes):
 *
 *     s ← (1 − FORGET) s + g²,   w ← w + rate · g / √s
 */
import type { ByteReader } from '../byte-reader.js';
import type { ByteWriter } from '../byte-writer.js';

const SQUARES_MIN = 1e-2;
const FORGET = 5e-4;

export class AdaptiveSteps {
  readonly weights: Float32Array;
  /** Of the example under way; `ascend` empties it. */
  readonly gradient: Float64Array;
  private readonly squares: Float64Array;

  constructor(
    size: number,
    private readonly rate: number,
  ) {
    this.weights = new Float32Array(size);
    this.gradient = new Float64Array(size);
    this.squares = new Float64Array(size).fill(SQUARES_MIN);
  }

  ascend(): void {
    const { weights, gradient, squares, rate } = this;
    for (let i = 0; i < weights.length; i++) {
      const g = gradient[i]!;
      if (g === 0) continue;
      squares[i] = squares[i]! * (1 - FORGET) + g * g;
      weights[i]! += (rate * g) / Math.sqrt(squares[i]!);
      gradient[i] = 0;
    }
  }

  encode(writer: ByteWriter): void {
    writer.array(this.weights);
    writer.array(this.squares);
  }

  decode(reader: ByteReader): void {
    reader.array(this.weights);
    reader.array(this.squares);
  }
}
