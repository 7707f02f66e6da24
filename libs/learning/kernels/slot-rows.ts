/**
 * The weights of all learners, a row a slot, in the memory of the kernels: what belongs to a slot stands side by side, so that
 * a feature costs a sample one or two cache lines, whatever the number of learners. 32-bit floats, k rounded up to a multiple of 4:
 *
 *     to predict      v_1 .. v_k | FTRL w, information, shown, clicked | FM w, OLR w, −, −
 *     to learn        v_1 .. v_k | FTRL w, z, n, shown | FM w, OLR w, FM Σ g² of w, clicked | Σ g² of v_1 .. v_k
 *
 * 64 and 96 bytes with 8 factors. `information` is an integer (ftrl-weights.ts), `shown` and `clicked` are feature-rates.ts's. In
 * front of the rows lie the samples at hand and the sums of the factorisation machine; behind those that learn, what changed and the
 * features whose rates are not counted yet.
 */
import { AppError, widened } from '#kernel';
import type { ByteReader } from '../byte-reader.js';
import type { ByteWriter } from '../byte-writer.js';
import { FEATURES_MAX } from '#events';
import { newSample, SAMPLE_FEATURES_MAX, VALUES_AT, type Sample } from '../sample.js';
import { changedBytes, ChangedSlots } from './changed-slots.js';
import { newKernels, type Kernels } from './kernel-module.js';

const PAGE_BYTES = 65_536;
/** WebAssembly's addresses have 32 bits. */
const PAGES_MAX = 65_536;
/** In front of the rows. */
const SCRATCH_BYTES = PAGE_BYTES;
const SPARE_AT = 64;
const SUMS_AT = 128;
/** Sums of up to 64 factors, four partial sums, and the linear sums of all learners (assembly/joint.ts). */
const SUMS_BYTES = 512;
const SAMPLES_AT = SUMS_AT + 3 * SUMS_BYTES;
const SAMPLE_BYTES = SAMPLE_FEATURES_MAX * 8;
/** Features that wait to be counted (feature-rates.ts), and those of one sample more. */
export const WAITING_MAX = 32_768;
const WAITING_BYTES = (WAITING_MAX + FEATURES_MAX) * 8;

/** Places in the tail, behind the factors, in floats. */
export interface Columns {
  readonly ftrl: number;
  /** A learner's follows from n. */
  readonly information: number;
  readonly shown: number;
  readonly clicked: number;
  readonly fm: number;
  readonly olr: number;
  /** FTRL's z and n, and Σ g² of the factorisation machine's w and, from `factorSquares` on, of its factors. */
  readonly z: number;
  readonly n: number;
  readonly squares: number;
  readonly factorSquares: number;
}
/** A column that the layout does not have. */
export const NONE = -1;
const PREDICTING: Columns = {
  ftrl: 0,
  information: 1,
  shown: 2,
  clicked: 3,
  fm: 4,
  olr: 5,
  z: NONE,
  n: NONE,
  squares: NONE,
  factorSquares: NONE,
};
const LEARNING: Columns = {
  ftrl: 0,
  z: 1,
  n: 2,
  shown: 3,
  fm: 4,
  olr: 5,
  squares: 6,
  clicked: 7,
  factorSquares: 8,
  information: NONE,
};
const TAIL = 8;
const FIRST_UPDATED = 4_096;
/** Rows that are read or written at once: they fit the second cache. */
const ROWS_AT_ONCE = 1_024;
/** From here on a call copies faster than a loop. */
const LONG_CELLS = 128;

export class SlotRows {
  readonly kernels: Kernels;
  /** Of rows that learn; those that predict have the values of the grid, and no changes. */
  readonly changed: ChangedSlots | undefined;
  /** Slot and label of features, of rows that learn. */
  readonly waiting: Uint32Array;
  readonly floats: Float32Array;
  /** The same memory. */
  readonly words: Uint32Array;
  /** Vectors of four factors. */
  readonly blocks: number;
  /** In bytes, as the kernels want it, and in floats. */
  readonly stride: number;
  readonly width: number;
  /** Address of slot 0's row, and of its tail. */
  readonly rowsAt = SCRATCH_BYTES;
  readonly tailsAt: number;
  /** Where the tail begins in a row, in floats. */
  readonly tail: number;
  /** A tail that nobody reads. */
  readonly spareAt = SPARE_AT;
  /** Sums over a sample, over what a list's samples begin with, and over nothing. */
  readonly sumsAt = SUMS_AT;
  readonly openedSumsAt = SUMS_AT + SUMS_BYTES;
  readonly blankSumsAt = SUMS_AT + 2 * SUMS_BYTES;
  /** Where the sample last placed stands. */
  slotsAt = 0;
  valuesAt = 0;
  private samples = 0;
  private readonly copy: Sample;

  /** Rows for weights alone: what predicts. @throws AppError REK_CONFIG_INVALID beyond 4 GiB */
  static toPredict(slots: number, factors = 0): SlotRows {
    return new SlotRows(slots, factors, PREDICTING, TAIL);
  }

  /** Rows with what the optimisers remember. @throws AppError REK_CONFIG_INVALID beyond 4 GiB */
  static toLearn(slots: number, factors = 0): SlotRows {
    return new SlotRows(slots, factors, LEARNING, TAIL + paddedFactors(factors));
  }

  private constructor(
    readonly slots: number,
    readonly factors: number,
    readonly columns: Columns,
    tailWidth: number,
  ) {
    this.tail = paddedFactors(factors);
    this.blocks = this.tail / 4;
    this.width = this.tail + tailWidth;
    this.stride = this.width * 4;
    this.tailsAt = this.rowsAt + this.tail * 4;
    const behind = this.rowsAt + slots * this.stride;
    const learns = columns === LEARNING;
    const waitingAt = behind + (learns ? changedBytes(slots) : 0);
    const pages = Math.ceil((waitingAt + (learns ? WAITING_BYTES : 0)) / PAGE_BYTES);
    if (pages > PAGES_MAX)
      throw new AppError(
        'REK_CONFIG_INVALID',
        `${slots} slots with ${factors} factors need ${((pages * PAGE_BYTES) / 2 ** 30).toFixed(1)} GiB, beyond 4: lower model.bits or fm.factors`,
      );
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    this.kernels = newKernels(memory);
    this.floats = new Float32Array(memory.buffer);
    this.words = new Uint32Array(memory.buffer);
    this.changed = learns ? new ChangedSlots(this.kernels, this.words, behind, slots) : undefined;
    this.waiting = new Uint32Array(memory.buffer, waitingAt, learns ? WAITING_BYTES / 4 : 0);
    this.copy = this.newSample();
  }

  /** A sample in the kernels' own memory: none of its features is copied. */
  newSample(): Sample {
    const at = SAMPLES_AT + this.samples++ * SAMPLE_BYTES;
    if (at + SAMPLE_BYTES > SCRATCH_BYTES) throw new RangeError('too many samples in one memory');
    return newSample({ owner: this, buffer: this.floats.buffer, at });
  }

  /** Puts `slotsAt` and `valuesAt` where the sample stands: in this memory, if need be as a copy. */
  place(sample: Sample): void {
    const own = sample.owner === this ? sample : this.copied(sample);
    this.slotsAt = own.at;
    this.valuesAt = own.at + VALUES_AT;
  }

  /** Brings the sample's rows into the cache, all at once: what comes next reads them one after the other. */
  touch(sample: Sample, from = 0): void {
    this.place(sample);
    this.kernels.touch(this.rowsAt, this.stride, this.slotsAt + 4 * from, sample.length - from);
  }

  /** Place of a slot's first factor in `floats`. */
  row(slot: number): number {
    return this.rowsAt / 4 + slot * this.width;
  }

  /** Place of a slot's column in `floats` and `words`. */
  cell(slot: number, column: number): number {
    return this.tailsAt / 4 + slot * this.width + column;
  }

  /**
   * Σ w_i x_i over the first `length` features of the sample last placed, added to `sum`.
   * @param served with the weights as hosts know them
   */
  dot(column: number, length: number, sum: number, served: boolean): number {
    const { dot, dotOnGrid } = this.kernels;
    return (served && this.changed ? dotOnGrid : dot)(
      this.tailsAt + column * 4,
      this.stride,
      this.slotsAt,
      this.valuesAt,
      length,
      sum,
    );
  }

  /** Slots that a factorisation machine ever updated, ascending: Σ g² of their w is not 0. */
  updated(): Uint32Array {
    const { floats, width, columns } = this;
    let slots = new Uint32Array(FIRST_UPDATED);
    let count = 0;
    for (let slot = 0, at = this.cell(0, columns.squares); slot < this.slots; slot++, at += width) {
      if (floats[at] === 0) continue;
      if (count === slots.length) slots = widened(slots);
      slots[count++] = slot;
    }
    return slots.slice(0, count);
  }

  /** The rows of these slots as they are, one after the other: in one pass over the memory. */
  encode(writer: ByteWriter, slots: Uint32Array): void {
    const { floats, width } = this;
    const gathered = new Float32Array(Math.min(slots.length, ROWS_AT_ONCE) * width);
    for (let i = 0; i < slots.length;) {
      let out = 0;
      while (i < slots.length && out < gathered.length) {
        const rows = runAt(slots, i, (gathered.length - out) / width);
        copyCells(floats, this.row(slots[i]!), gathered, out, rows * width);
        i += rows;
        out += rows * width;
      }
      writer.array(gathered.subarray(0, out));
    }
  }

  /** The inverse of `encode`. */
  decode(reader: ByteReader, slots: Uint32Array): void {
    const { floats, width } = this;
    const gathered = new Float32Array(Math.min(slots.length, ROWS_AT_ONCE) * width);
    for (let i = 0; i < slots.length;) {
      const some = gathered.subarray(0, (slots.length - i) * width);
      reader.array(some);
      for (let from = 0; from < some.length;) {
        const rows = runAt(slots, i, (some.length - from) / width);
        copyCells(some, from, floats, this.row(slots[i]!), rows * width);
        i += rows;
        from += rows * width;
      }
    }
  }

  private copied(sample: Sample): Sample {
    const { slots, values } = this.copy;
    for (let i = 0; i < sample.length; i++) {
      slots[i] = sample.slots[i]!;
      values[i] = sample.values[i]!;
    }
    return this.copy;
  }
}

/** How many of the slots, `max` at most, follow each other from the i-th on. */
function runAt(slots: Uint32Array, i: number, max: number): number {
  const end = Math.min(slots.length, i + max);
  let to = i + 1;
  while (to < end && slots[to] === slots[to - 1]! + 1) to++;
  return to - i;
}

function copyCells(from: Float32Array, at: number, to: Float32Array, into: number, count: number): void {
  if (count >= LONG_CELLS) to.set(from.subarray(at, at + count), into);
  else for (let i = 0; i < count; i++) to[into + i] = from[at + i]!;
}

const paddedFactors = (factors: number): number => Math.ceil(factors / 4) * 4;
