/**
 * From what the parts say to a distribution over the levels: one logistic regression a level ℓ,
 *
 *     P(rating ≤ ℓ) = σ(w_ℓ · x_ℓ)
 *
 * so that the median, which has the least absolute error, is learnt where it decides, and what the scale's users do
 * (never two stars, round numbers only) needs no model. AdaGrad steps (Duchi, Hazan & Singer, JMLR 2011).
 */
import type { ByteReader } from '../byte-reader.js';
import type { ByteWriter } from '../byte-writer.js';
import { sigmoid } from '../logistic.js';
import { LEVELS_MAX, type RatingLevels } from './rating-levels.js';

/**
 * Inputs of a level: 1; the distance from the prediction to the level's upper border, in predictive standard
 * deviations; the wandering deviation; the factors' part; what the user's and the item's own ratings say of
 * P(rating ≤ ℓ), as log-odds above everybody's; everybody's, above a logistic's; the biases' part.
 */
export const INPUTS = 8;
/** Before any rating: a logistic in place of a normal, and a little trust in own ratings. */
const FIRST_WEIGHTS = [0, 1.7, 0, 0, 0.3, 0.3, 0, 0];
const STEP = 0.1;

export class RatingHead {
  readonly weights = new Float32Array(LEVELS_MAX * INPUTS);
  /** Of each level, in ascending order of the levels: filled by the caller, kept for `learn`. */
  readonly inputs = new Float64Array(LEVELS_MAX * INPUTS);
  private readonly squares = new Float32Array(LEVELS_MAX * INPUTS).fill(1);
  private readonly logits = new Float64Array(LEVELS_MAX);
  /** P(rating ≤ ℓ), in ascending order of the levels. */
  private readonly cumulative = new Float64Array(LEVELS_MAX);

  /** A level is new: it starts where its nearest neighbour stands. @param neighbour −1: there is none */
  begin(level: number, neighbour: number): void {
    for (let i = 0; i < INPUTS; i++)
      this.weights[level * INPUTS + i] =
        neighbour < 0 ? FIRST_WEIGHTS[i]! : this.weights[neighbour * INPUTS + i]!;
  }

  /** Knows no level. */
  clear(): void {
    this.weights.fill(0);
    this.squares.fill(1);
  }

  /** The distribution for `inputs`. */
  predict(levels: RatingLevels): void {
    let previous = 0;
    for (let k = 0; k < levels.size - 1; k++) {
      const at = levels.order[k]! * INPUTS;
      let logit = 0;
      for (let i = 0; i < INPUTS; i++) logit += this.weights[at + i]! * this.inputs[k * INPUTS + i]!;
      this.logits[k] = logit;
      previous = this.cumulative[k] = Math.max(previous, sigmoid(logit));
    }
    this.cumulative[levels.size - 1] = 1;
  }

  /** Of the distribution last predicted. */
  mean({ size, order, values }: RatingLevels): number {
    let sum = 0;
    for (let k = 0, previous = 0; k < size; previous = this.cumulative[k]!, k++)
      sum += values[order[k]!]! * (this.cumulative[k]! - previous);
    return sum;
  }

  /** The level of least expected absolute error under the distribution last predicted. */
  median({ order, values }: RatingLevels): number {
    let k = 0;
    while (this.cumulative[k]! < 0.5) k++;
    return values[order[k]!]!;
  }

  /** Learns from the rating whose distribution was predicted last. */
  learn(levels: RatingLevels, value: number): void {
    for (let k = 0; k < levels.size - 1; k++) {
      const level = levels.order[k]!;
      const error = sigmoid(this.logits[k]!) - (value <= levels.values[level]! ? 1 : 0);
      for (let i = 0; i < INPUTS; i++) {
        const gradient = error * this.inputs[k * INPUTS + i]!;
        const at = level * INPUTS + i;
        this.squares[at]! += gradient * gradient;
        this.weights[at]! -= (STEP * gradient) / Math.sqrt(this.squares[at]!);
      }
    }
  }

  encodeWeights(writer: ByteWriter, levels: number): void {
    writer.array(this.weights.subarray(0, levels * INPUTS));
  }

  decodeWeights(reader: ByteReader, levels: number): void {
    reader.array(this.weights.subarray(0, levels * INPUTS));
  }

  encodeSquares(writer: ByteWriter, levels: number): void {
    writer.array(this.squares.subarray(0, levels * INPUTS));
  }

  decodeSquares(reader: ByteReader, levels: number): void {
    reader.array(this.squares.subarray(0, levels * INPUTS));
  }
}
