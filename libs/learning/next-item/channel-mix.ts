/**
 * How much each channel's word counts: a model of the next item, learnt online.
 *
 *     logit(item) = Σ_k (w_k + w_k[situation]) · signal_k(item) + what a small layer says of the signals (mix-layer.ts)
 *     P(item) ∝ exp(logit(item)) over the candidates that the channels found
 *
 * An engagement is its own example: the item taken against all other candidates, one step on −ln P. It needs
 * neither impressions nor clicks, so it also learns from logs that hold nothing but "who took what when".
 */
import { combine32 } from '#kernel';
import type { ByteReader } from '../byte-reader.js';
import type { ByteWriter } from '../byte-writer.js';
import { DirtyRows } from '../dirty-rows.js';
import type { RowTable } from '../model-table.js';
import { AdaptiveSteps } from './adaptive-steps.js';
import { CANDIDATES_MAX } from './candidate-limits.js';
import { MixLayer } from './mix-layer.js';
import { MixMemory } from './mix-memory.js';
import { SIGNALS, SITUATIONS } from './signals.js';

const RATE = 0.1;
const WIDTH = SIGNALS.length;
/** One row of weights for all situations, then one for each. */
const ROWS = SITUATIONS.length + 1;
const DAY = SIGNALS.indexOf('popularity day');
/**
 * Looking for an engagement's item costs more than the rest of the fold, found or not, and the weights move less and less: half as many are
 * looked for after each ASKED_HALVE.
 */
const ASKED_HALVE = 32_000;
const EACH_MAX = 32;
/** A candidate that hardly pulls is left out of the step. */
const PULL_MIN = 1e-4;
const NONE = -1;

export class ChannelMix implements RowTable {
  readonly dirty = new DirtyRows(1);
  readonly rowBytesMax: number;
  /** Examples learnt from: engagements whose item a channel had found. */
  examples = 0;
  /** Engagements whose item was looked for. */
  asked = 0;
  private readonly sums = new AdaptiveSteps(ROWS * WIDTH, RATE);
  private readonly memory = new MixMemory(WIDTH, CANDIDATES_MAX + 1);
  private readonly layer = new MixLayer(WIDTH, SITUATIONS.length, this.memory);
  /** The situation whose weights the memory has. */
  private summedFor = NONE;

  constructor() {
    this.sums.weights[DAY] = 1;
    this.rowBytesMax = 5 + 8 + ROWS * WIDTH * 4 + this.layer.bytes;
  }

  /** Whether an engagement's item is to be looked for, which counts: all of the first, then one in 2, 4 … EACH_MAX, chosen by hash. */
  asks(userKey: number, timestamp: number): boolean {
    const each = Math.min(EACH_MAX, 2 ** Math.floor(this.asked / ASKED_HALVE));
    if (each > 1 && combine32(userKey >>> 0, timestamp >>> 0) % each !== 0) return false;
    this.asked++;
    return true;
  }

  /** Of the sum; what the layer says belongs to no single signal. */
  weight(signal: number, situation: number): number {
    return this.summed(situation)[signal]!;
  }

  /** WIDTH of each candidate, and of one that stands alone in the last place: where `weigh` and `learn` look. */
  get signals(): Float32Array {
    return this.memory.signals;
  }

  /** Log-odds of `count` candidates from the place `from` on, at their places. Holds until they are weighed again, or learnt from. */
  weigh(from: number, count: number, situation: number): Float64Array {
    this.summed(situation);
    this.layer.show(situation);
    this.memory.weigh(from, count);
    return this.memory.logits;
  }

  /** @param taken the candidate that was taken */
  learn(candidates: number, taken: number, situation: number): void {
    const logits = this.weigh(0, candidates, situation);
    let top = -Infinity;
    for (let place = 0; place < candidates; place++) top = Math.max(top, logits[place]!);
    let total = 0;
    for (let place = 0; place < candidates; place++) {
      logits[place] = Math.exp(logits[place]! - top);
      total += logits[place]!;
    }
    for (let place = 0; place < candidates; place++) {
      const pull = (place === taken ? 1 : 0) - logits[place]! / total;
      if (Math.abs(pull) < PULL_MIN) continue;
      this.gather(place, situation, pull);
    }
    this.sums.ascend();
    this.layer.ascend();
    this.summedFor = NONE;
    this.examples++;
    this.dirty.mark(0);
  }

  encode(writer: ByteWriter): void {
    writer.f64(this.examples);
    writer.f64(this.asked);
    this.sums.encode(writer);
    this.layer.encode(writer);
  }

  decode(reader: ByteReader): void {
    this.examples = reader.f64();
    this.asked = reader.f64();
    this.summedFor = NONE;
    this.sums.decode(reader);
    this.layer.decode(reader);
  }

  encodeRows(writer: ByteWriter, rows: Uint32Array): void {
    writer.ascending(rows);
    for (let i = 0; i < rows.length; i++) {
      writer.f64(this.examples);
      writer.array(this.sums.weights);
      this.layer.encodeWeights(writer);
    }
  }

  decodeRows(reader: ByteReader): void {
    for (let left = reader.ascending(1).length; left > 0; left--) {
      this.examples = reader.f64();
      this.summedFor = NONE;
      reader.array(this.sums.weights);
      this.layer.decodeWeights(reader);
    }
  }

  /** w_k + w_k[situation]. */
  private summed(situation: number): Float64Array {
    const both = this.memory.sums;
    if (this.summedFor === situation) return both;
    const { weights } = this.sums;
    const own = (situation + 1) * WIDTH;
    for (let k = 0; k < WIDTH; k++) both[k] = weights[k]! + weights[own + k]!;
    this.summedFor = situation;
    return both;
  }

  private gather(place: number, situation: number, pull: number): void {
    const { gradient } = this.sums;
    const { signals } = this.memory;
    const at = place * WIDTH;
    const own = (situation + 1) * WIDTH;
    for (let k = 0; k < WIDTH; k++) {
      const g = pull * signals[at + k]!;
      gradient[k]! += g;
      gradient[own + k]! += g;
    }
    this.layer.gather(place, situation, pull);
  }
}
