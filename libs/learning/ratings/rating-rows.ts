/**
 * What ratings tell of each user, or of each item. A row holds, in units of the overall standard deviation,
 *
 *     bias b and its variance     how much higher or lower than others
 *     deviation d and its variance  the same of late: it wanders, and fades with each rating
 *     factors v_1 .. v_k          tastes, or what answers to them
 *     ratings n
 *     histogram                   how often each level was given; halved when a count is full
 */
import { combine32, mix32 } from '#kernel';
import type { ByteReader } from '../byte-reader.js';
import type { ByteWriter } from '../byte-writer.js';
import { DirtyRows } from '../dirty-rows.js';
import { KeyedRows } from '../keyed-rows.js';
import type { RowTable } from '../model-table.js';
import { LEVELS_MAX } from './rating-levels.js';

export const FACTORS = 8;
/** Columns of `numbers`. */
export const BIAS = 0;
export const VARIANCE = 1;
export const DEVIATION = 2;
export const DEVIATION_VARIANCE = 3;
export const RATINGS = 4;
export const FACTOR = 5;
export const STRIDE = FACTOR + FACTORS;
const FIRST_ROWS = 64;
/** Standard deviation of a factor before any rating. */
const FACTOR_SCALE = 0.1;
const COUNT_MAX = 255;

export interface RatingRowsOptions {
  readonly rowsMax: number;
  /** Of the biases, before any rating. */
  readonly variance: number;
  /** Of the hashed first factors. */
  readonly seed: number;
}

export class RatingRows implements RowTable {
  readonly dirty = new DirtyRows(FIRST_ROWS);
  readonly rowBytesMax = 5 + 8 + 4 * STRIDE + LEVELS_MAX;
  numbers = new Float32Array(FIRST_ROWS * STRIDE);
  histograms = new Uint8Array(FIRST_ROWS * LEVELS_MAX);
  private readonly rows: KeyedRows;

  constructor(private readonly options: RatingRowsOptions) {
    this.rows = new KeyedRows(options.rowsMax);
  }

  get size(): number {
    return this.rows.size;
  }

  /** Variance of the bias of one of whom nothing is known. */
  get priorVariance(): number {
    return this.options.variance;
  }

  /** The key's row, or −1. */
  find(key: number): number {
    return this.rows.find(key);
  }

  /** The key's row; a new one knows nothing. */
  claim(key: number): number {
    const before = this.rows.size;
    const row = this.rows.claim(key);
    this.fit();
    if (row >= before || this.rows.recycled) this.begin(row, key);
    this.dirty.mark(row);
    return row;
  }

  /** Counts a rating of the level. @param level −1: none */
  count(row: number, level: number): void {
    this.numbers[row * STRIDE + RATINGS]!++;
    if (level < 0) return;
    const base = row * LEVELS_MAX;
    if (this.histograms[base + level] === COUNT_MAX)
      for (let i = 0; i < LEVELS_MAX; i++) this.histograms[base + i]! >>= 1;
    this.histograms[base + level]!++;
  }

  encode(writer: ByteWriter): void {
    this.rows.encode(writer);
    writer.array(this.numbers.subarray(0, this.size * STRIDE));
    writer.array(this.histograms.subarray(0, this.size * LEVELS_MAX));
  }

  decode(reader: ByteReader): void {
    this.rows.decode(reader);
    this.fit();
    reader.array(this.numbers.subarray(0, this.size * STRIDE));
    reader.array(this.histograms.subarray(0, this.size * LEVELS_MAX));
  }

  encodeRows(writer: ByteWriter, rows: Uint32Array): void {
    writer.ascending(rows);
    for (const row of rows) {
      writer.f64(this.rows.keys[row]!);
      writer.array(this.numbers.subarray(row * STRIDE, (row + 1) * STRIDE));
      writer.array(this.histograms.subarray(row * LEVELS_MAX, (row + 1) * LEVELS_MAX));
    }
  }

  decodeRows(reader: ByteReader): void {
    for (const row of reader.ascending(this.options.rowsMax)) {
      this.rows.place(row, reader.f64());
      this.fit();
      reader.array(this.numbers.subarray(row * STRIDE, (row + 1) * STRIDE));
      reader.array(this.histograms.subarray(row * LEVELS_MAX, (row + 1) * LEVELS_MAX));
    }
  }

  private begin(row: number, key: number): void {
    const base = row * STRIDE;
    this.numbers.fill(0, base, base + STRIDE);
    this.histograms.fill(0, row * LEVELS_MAX, (row + 1) * LEVELS_MAX);
    this.numbers[base + VARIANCE] = this.options.variance;
    const hash = combine32(combine32(this.options.seed, key >>> 0), (key / 0x1_0000_0000) | 0);
    for (let f = 0; f < FACTORS; f++) this.numbers[base + FACTOR + f] = FACTOR_SCALE * uniform(hash + f);
  }

  private fit(): void {
    while (this.numbers.length < this.size * STRIDE) {
      const numbers = new Float32Array(this.numbers.length * 2);
      numbers.set(this.numbers);
      this.numbers = numbers;
      const histograms = new Uint8Array(this.histograms.length * 2);
      histograms.set(this.histograms);
      this.histograms = histograms;
    }
  }
}

/** In (−√3, √3), of variance 1. */
function uniform(hash: number): number {
  return ((mix32(hash) + 0.5) / 0x8000_0000 - 1) * Math.sqrt(3);
}
