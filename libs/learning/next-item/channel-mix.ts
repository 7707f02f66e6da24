/**
 * How much each channel's word counts: a log-linear model of the next item, learnt online.
 *
 *     logit(item) = Σ_k (w_k + w_k[situation]) · signal_k(item)
 *     P(item) ∝ exp(logit(item)) over the candidates that the channels found
 *
 * An engagement is its own example: the item taken against all other candidates, one AdaGrad step on −ln P. It needs
 * neither impressions nor clicks, so it also learns from logs that hold nothing but "who took what when".
 */
import { combine32 } from '#kernel';
import type { ByteReader } from '../byte-reader.js';
import type { ByteWriter } from '../byte-writer.js';
import { DirtyRows } from '../dirty-rows.js';
import type { ModelTable } from '../model-table.js';
import { SIGNALS, SITUATIONS } from './signals.js';

const RATE = 0.1;
const SQUARES_MIN = 1e-2;
const WIDTH = SIGNALS.length;
/** One row of weights for all situations, then one for each. */
const ROWS = SITUATIONS.length + 1;
const DAY = SIGNALS.indexOf('popularity day');
/** An example costs more than the rest of the fold: the weights need no more than these. */
const EXAMPLES_ALL = 500;
const EXAMPLES_EACH = 3;

export class ChannelMix implements ModelTable {
  readonly dirty = new DirtyRows(1);
  readonly rowBytesMax = 5 + 8 + ROWS * WIDTH * 4;
  /** Examples learnt from. */
  examples = 0;
  private readonly weights = new Float32Array(ROWS * WIDTH);
  private readonly squares = new Float64Array(ROWS * WIDTH).fill(SQUARES_MIN);
  private readonly gradient = new Float64Array(WIDTH);

  constructor() {
    this.weights[DAY] = 1;
  }

  /** Whether an engagement becomes an example: all of the first, then one in EXAMPLES_EACH, chosen by hash. */
  wants(userKey: number, timestamp: number): boolean {
    if (this.examples < EXAMPLES_ALL) return true;
    return combine32(userKey >>> 0, timestamp >>> 0) % EXAMPLES_EACH === 0;
  }

  weight(signal: number, situation: number): number {
    return this.weights[signal]! + this.weights[(situation + 1) * WIDTH + signal]!;
  }

  /** @param signals of all candidates, WIDTH each */
  logit(signals: Float32Array, place: number, situation: number): number {
    let sum = 0;
    for (let k = 0; k < WIDTH; k++) sum += this.weight(k, situation) * signals[place * WIDTH + k]!;
    return sum;
  }

  /** @param taken the candidate that was taken. @param logits scratch for as many numbers as candidates */
  learn(
    signals: Float32Array,
    candidates: number,
    taken: number,
    situation: number,
    logits: Float64Array,
  ): void {
    const { gradient } = this;
    let top = -Infinity;
    for (let place = 0; place < candidates; place++) {
      logits[place] = this.logit(signals, place, situation);
      top = Math.max(top, logits[place]!);
    }
    let total = 0;
    for (let place = 0; place < candidates; place++) {
      logits[place] = Math.exp(logits[place]! - top);
      total += logits[place]!;
    }
    for (let k = 0; k < WIDTH; k++) gradient[k] = signals[taken * WIDTH + k]!;
    for (let place = 0; place < candidates; place++) {
      const probability = logits[place]! / total;
      for (let k = 0; k < WIDTH; k++) gradient[k]! -= probability * signals[place * WIDTH + k]!;
    }
    this.ascend(0);
    this.ascend(situation + 1);
    this.examples++;
    this.dirty.mark(0);
  }

  encode(writer: ByteWriter): void {
    writer.f64(this.examples);
    writer.array(this.weights);
    writer.array(this.squares);
  }

  decode(reader: ByteReader): void {
    this.examples = reader.f64();
    reader.array(this.weights);
    reader.array(this.squares);
  }

  encodeRows(writer: ByteWriter, rows: Uint32Array): void {
    writer.ascending(rows);
    for (let i = 0; i < rows.length; i++) {
      writer.f64(this.examples);
      writer.array(this.weights);
    }
  }

  decodeRows(reader: ByteReader): void {
    for (let left = reader.ascending(1).length; left > 0; left--) {
      this.examples = reader.f64();
      reader.array(this.weights);
    }
  }

  private ascend(row: number): void {
    for (let k = 0; k < WIDTH; k++) {
      const at = row * WIDTH + k;
      const g = this.gradient[k]!;
      this.squares[at]! += g * g;
      this.weights[at]! += (RATE * g) / Math.sqrt(this.squares[at]!);
    }
  }
}
