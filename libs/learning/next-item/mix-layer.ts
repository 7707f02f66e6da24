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

const HIDDEN = 24;
/** Units summed side by side, so that one addition need not wait for the last; HIDDEN is a multiple. */
const LANES = 4;
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
  /** HIDDEN of each candidate, as `says` found them. */
  private hidden = new Float64Array(HIDDEN);
  /** The inner weights once more: in doubles they cost no conversion in the innermost loop. */
  private readonly wide: Float64Array;
  private readonly signal: Float64Array;

  constructor(
    private readonly signals: number,
    situations: number,
  ) {
    this.width = signals + situations + 1;
    this.inner = new AdaptiveSteps(HIDDEN * this.width, RATE);
    this.outer = new AdaptiveSteps(HIDDEN, RATE);
    this.wide = new Float64Array(this.inner.weights.length);
    this.signal = new Float64Array(signals);
    const scale = Math.sqrt(1.5 / this.width);
    for (let i = 0; i < this.inner.weights.length; i++) this.inner.weights[i] = scale * drawn(i);
    for (let j = 0; j < HIDDEN; j++) {
      this.inner.weights[j * this.width + this.width - 1] = 0;
      this.outer.weights[j] = OUT_SCALE * drawn(-1 - j);
    }
    this.wide.set(this.inner.weights);
  }

  /** @param signals of all candidates. @param place of the one */
  says(signals: Float32Array, place: number, situation: number): number {
    const { wide, width, signal } = this;
    const outer = this.outer.weights;
    if (this.hidden.length < (place + 1) * HIDDEN) this.grow(place + 1);
    const { hidden } = this;
    const n = this.signals;
    for (let k = 0; k < n; k++) signal[k] = signals[place * n + k]!;
    const at = place * HIDDEN;
    let sum = 0;
    for (let j = 0; j < HIDDEN; j += LANES) {
      const [r0, r1, r2, r3] = [j * width, (j + 1) * width, (j + 2) * width, (j + 3) * width];
      let v0 = wide[r0 + width - 1]! + wide[r0 + n + situation]!;
      let v1 = wide[r1 + width - 1]! + wide[r1 + n + situation]!;
      let v2 = wide[r2 + width - 1]! + wide[r2 + n + situation]!;
      let v3 = wide[r3 + width - 1]! + wide[r3 + n + situation]!;
      for (let k = 0; k < n; k++) {
        const s = signal[k]!;
        v0 += wide[r0 + k]! * s;
        v1 += wide[r1 + k]! * s;
        v2 += wide[r2 + k]! * s;
        v3 += wide[r3 + k]! * s;
      }
      sum += outer[j]! * (hidden[at + j] = leaky(v0));
      sum += outer[j + 1]! * (hidden[at + j + 1] = leaky(v1));
      sum += outer[j + 2]! * (hidden[at + j + 2] = leaky(v2));
      sum += outer[j + 3]! * (hidden[at + j + 3] = leaky(v3));
    }
    return sum;
  }

  /** Adds one candidate's part to the gradient; `says` comes before. @param pull the derivative of the likelihood by what it said */
  gather(signals: Float32Array, place: number, situation: number, pull: number): void {
    const { inner, outer, hidden, width } = this;
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
    this.wide.set(this.inner.weights);
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
    this.wide.set(this.inner.weights);
  }

  encodeWeights(writer: ByteWriter): void {
    writer.array(this.inner.weights);
    writer.array(this.outer.weights);
  }

  decodeWeights(reader: ByteReader): void {
    reader.array(this.inner.weights);
    reader.array(this.outer.weights);
    this.wide.set(this.inner.weights);
  }

  private grow(candidates: number): void {
    const wider = new Float64Array(Math.max(candidates * HIDDEN, this.hidden.length * 2));
    wider.set(this.hidden);
    this.hidden = wider;
  }
}

function leaky(value: number): number {
  return value > 0 ? value : LEAK * value;
}

/** In [−1, 1), by hash. */
function drawn(index: number): number {
  return mix32(SEED + index) / 2 ** 31 - 1;
}
