/**
 * What a sum of signals cannot say: one hidden layer over a candidate's signals and the situation,
 *
 *     h_j = r(b_j + a_j[situation] + Σ_k w_jk · signal_k),   r(x) = x for x > 0, else x / 100;   says Σ_j v_j · h_j
 *
 * Small enough for a request (HIDDEN × signals multiplications a candidate) and learnt with the mix, by the same steps. It
 * starts from numbers drawn from a hash, so that equal streams give equal weights.
 */
import { mix32 } from '#kernel';
import type { ByteReader } from '../byte-reader.js';
import type { ByteWriter } from '../byte-writer.js';
import { AdaptiveSteps } from './adaptive-steps.js';

const HIDDEN = 12;
const LEAK = 0.01;
const SEED = 0x6d697865;
const OUT_SCALE = 0.1;
/** Slower than the sum of signals, which is to be believed first. */
const RATE = 0.03;

export class MixLayer {
  /** HIDDEN rows of: signals, situations, the bias. */
  private readonly inner: AdaptiveSteps;
  private readonly outer: AdaptiveSteps;
  private readonly width: number;
  private readonly hidden = new Float64Array(HIDDEN);

  constructor(
    private readonly signals: number,
    situations: number,
  ) {
    this.width = signals + situations + 1;
    this.inner = new AdaptiveSteps(HIDDEN * this.width, RATE);
    this.outer = new AdaptiveSteps(HIDDEN, RATE);
    const scale = Math.sqrt(1.5 / this.width);
    for (let i = 0; i < this.inner.weights.length; i++) this.inner.weights[i] = scale * drawn(i);
    for (let j = 0; j < HIDDEN; j++) {
      this.inner.weights[j * this.width + this.width - 1] = 0;
      this.outer.weights[j] = OUT_SCALE * drawn(-1 - j);
    }
  }

  /** @param at where the candidate's signals begin */
  says(signals: Float32Array, at: number, situation: number): number {
    const { inner, outer, hidden, width } = this;
    let sum = 0;
    for (let j = 0; j < HIDDEN; j++) {
      const row = j * width;
      let value = inner.weights[row + width - 1]! + inner.weights[row + this.signals + situation]!;
      for (let k = 0; k < this.signals; k++) value += inner.weights[row + k]! * signals[at + k]!;
      hidden[j] = value > 0 ? value : LEAK * value;
      sum += outer.weights[j]! * hidden[j]!;
    }
    return sum;
  }

  /** Adds one candidate's part to the gradient. @param pull the derivative of the likelihood by what the layer says of it */
  gather(signals: Float32Array, at: number, situation: number, pull: number): void {
    this.says(signals, at, situation);
    const { inner, outer, hidden, width } = this;
    for (let j = 0; j < HIDDEN; j++) {
      outer.gradient[j]! += pull * hidden[j]!;
      const slope = pull * outer.weights[j]! * (hidden[j]! > 0 ? 1 : LEAK);
      const row = j * width;
      inner.gradient[row + width - 1]! += slope;
      inner.gradient[row + this.signals + situation]! += slope;
      for (let k = 0; k < this.signals; k++) inner.gradient[row + k]! += slope * signals[at + k]!;
    }
  }

  ascend(): void {
    this.inner.ascend();
    this.outer.ascend();
  }

  get bytes(): number {
    return 4 * (this.inner.weights.length + HIDDEN);
  }

  encode(writer: ByteWriter): void {
    this.inner.encode(writer);
    this.outer.encode(writer);
  }

  decode(reader: ByteReader): void {
    this.inner.decode(reader);
    this.outer.decode(reader);
  }

  encodeWeights(writer: ByteWriter): void {
    writer.array(this.inner.weights);
    writer.array(this.outer.weights);
  }

  decodeWeights(reader: ByteReader): void {
    reader.array(this.inner.weights);
    reader.array(this.outer.weights);
  }
}

/** In [−1, 1), by hash. */
function drawn(index: number): number {
  return mix32(SEED + index) / 2 ** 31 - 1;
}
