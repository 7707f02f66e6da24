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
import { HIDDEN, LEAK, type MixMemory } from './mix-memory.js';

const SEED = 0x6d697865;
const OUT_SCALE = 0.1;
/** Slower than the sum of signals, which is to be believed first. */
const RATE = 0.03;
const NONE = -1;

export class MixLayer {
  /** HIDDEN rows of: signals, situations, the bias. */
  private readonly inner: AdaptiveSteps;
  private readonly outer: AdaptiveSteps;
  private readonly width: number;
  /** The situation whose weights the memory has; NONE: not these weights. */
  private shownFor = NONE;

  /** @param memory where the weights are put for `MixMemory.weigh`, and what it finds is read */
  constructor(
    private readonly signals: number,
    situations: number,
    private readonly memory: MixMemory,
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

  /** Puts the weights of the situation into the memory. */
  show(situation: number): void {
    if (this.shownFor === situation) return;
    const { memory, width, signals } = this;
    const { weights } = this.inner;
    for (let j = 0; j < HIDDEN; j++) {
      const row = j * width;
      memory.start[j] = weights[row + width - 1]! + weights[row + signals + situation]!;
      memory.outer[j] = this.outer.weights[j]!;
      for (let k = 0; k < signals; k++) memory.inner[k * HIDDEN + j] = weights[row + k]!;
    }
    this.shownFor = situation;
  }

  /** Adds one candidate's part to the gradient; the memory has weighed it. @param pull the derivative of the likelihood by what was said */
  gather(place: number, situation: number, pull: number): void {
    const { inner, outer, width } = this;
    const { hidden, signals } = this.memory;
    const n = this.signals;
    for (let j = 0; j < HIDDEN; j++) {
      const own = hidden[place * HIDDEN + j]!;
      outer.gradient[j]! += pull * own;
      const slope = pull * outer.weights[j]! * (own > 0 ? 1 : LEAK);
      const row = j * width;
      inner.gradient[row + width - 1]! += slope;
      inner.gradient[row + n + situation]! += slope;
      for (let k = 0; k < n; k++) inner.gradient[row + k]! += slope * signals[place * n + k]!;
    }
  }

  ascend(): void {
    this.inner.ascend();
    this.outer.ascend();
    this.shownFor = NONE;
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
    this.shownFor = NONE;
  }

  encodeWeights(writer: ByteWriter): void {
    writer.array(this.inner.weights);
    writer.array(this.outer.weights);
  }

  decodeWeights(reader: ByteReader): void {
    reader.array(this.inner.weights);
    reader.array(this.outer.weights);
    this.shownFor = NONE;
  }
}

/** In [−1, 1), by hash. */
function drawn(index: number): number {
  return mix32(SEED + index) / 2 ** 31 - 1;
}
