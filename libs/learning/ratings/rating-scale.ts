/**
 * What all ratings share: their mean, spread and range, which everything else is measured in, the levels of the scale,
 * the head, and the memory of the newest ratings. One row: a delta carries what predictions need.
 */
import type { ByteReader } from '../byte-reader.js';
import type { ByteWriter } from '../byte-writer.js';
import { DirtyRows } from '../dirty-rows.js';
import type { RowTable } from '../model-table.js';
import { FIRST_RATINGS, FirstRatings } from './first-ratings.js';
import { INPUTS, RatingHead } from './rating-head.js';
import { LEVELS_MAX, RatingLevels } from './rating-levels.js';
import { RatingMemory } from './rating-memory.js';

/** From this many ratings on, the spread is measured. */
const MEASURED_FROM = 10;
/** Until then the range seen counts as so many standard deviations. */
const RANGE_SPREADS = 4;
/** A value this many standard deviations from the mean, and further from it than the mean is from 0, is no rating. */
const FAR = 10;

export class RatingScale implements RowTable {
  readonly dirty = new DirtyRows(1);
  readonly rowBytesMax = 64 + LEVELS_MAX * (16 + 4 * INPUTS);
  readonly levels = new RatingLevels();
  readonly head = new RatingHead();
  readonly memory = new RatingMemory();
  private readonly first = new FirstRatings();
  count = 0;
  mean = 0;
  low = 0;
  high = 0;
  /** Sum of squared distances from the mean (Welford, Technometrics 1962). */
  private squares = 0;

  /** Standard deviation of all ratings; never 0. */
  spread(): number {
    if (this.measured()) return Math.sqrt(this.squares / this.count);
    return (this.high - this.low) / RANGE_SPREADS || 1;
  }

  /** Distance from the mean in standard deviations; 0 where nothing tells one value from another yet. */
  standardised(value: number): number {
    if (this.count === 0) return 0;
    if (this.measured()) return (value - this.mean) / this.spread();
    const range = Math.max(this.high, value) - Math.min(this.low, value);
    return range > 0 ? (RANGE_SPREADS * (value - this.mean)) / range : 0;
  }

  /** False for a value that would ruin the scale. */
  admits(value: number): boolean {
    if (!Number.isFinite(value)) return false;
    if (this.count < FIRST_RATINGS) return this.first.admits(value);
    const far = this.squares === 0 ? FAR * Math.max(1, Math.abs(this.mean)) : FAR * this.spread();
    return Math.abs(value - this.mean) <= Math.max(far, Math.abs(this.mean));
  }

  /** Cut to the range seen. */
  within(value: number): number {
    return Math.min(this.high, Math.max(this.low, value));
  }

  /** An admitted value. @returns the level's id, or −1 in a continuous scale */
  add(value: number): number {
    const absurd = this.count < FIRST_RATINGS ? this.first.take(value) : [];
    return absurd.length > 0 ? this.beginAnew() : this.include(value);
  }

  encode(writer: ByteWriter): void {
    this.encodeShared(writer);
    this.first.encode(writer);
    this.head.encodeSquares(writer, this.levels.size);
    this.memory.encode(writer);
  }

  decode(reader: ByteReader): void {
    this.decodeShared(reader);
    this.first.decode(reader);
    this.head.decodeSquares(reader, this.levels.size);
    this.memory.decode(reader);
  }

  encodeRows(writer: ByteWriter, rows: Uint32Array): void {
    writer.ascending(rows);
    if (rows.length > 0) this.encodeShared(writer);
  }

  decodeRows(reader: ByteReader): void {
    if (reader.ascending(1).length > 0) this.decodeShared(reader);
  }

  /** From the first ratings that are not absurd. What users and items have learnt from the others, a step of a bias each, stays. */
  private beginAnew(): number {
    this.count = this.mean = this.squares = 0;
    this.levels.clear();
    this.head.clear();
    this.memory.clear();
    return this.first.all.map((value) => this.include(value)).at(-1)!;
  }

  private include(value: number): number {
    this.low = this.count === 0 ? value : Math.min(this.low, value);
    this.high = this.count === 0 ? value : Math.max(this.high, value);
    this.count++;
    const distance = value - this.mean;
    this.mean += distance / this.count;
    this.squares += distance * (value - this.mean);
    const known = this.levels.size;
    const level = this.levels.count(value);
    if (this.levels.size > known) this.head.begin(level, this.levels.nearestBefore(level));
    this.dirty.mark(0);
    return level;
  }

  private measured(): boolean {
    return this.count >= MEASURED_FROM && this.squares > 0;
  }

  private encodeShared(writer: ByteWriter): void {
    writer.varint(this.count);
    for (const number of [this.mean, this.squares, this.low, this.high]) writer.f64(number);
    this.levels.encode(writer);
    this.head.encodeWeights(writer, this.levels.size);
  }

  private decodeShared(reader: ByteReader): void {
    this.count = reader.varint();
    this.mean = reader.f64();
    this.squares = reader.f64();
    this.low = reader.f64();
    this.high = reader.f64();
    this.levels.decode(reader);
    this.head.decodeWeights(reader, this.levels.size);
  }
}
