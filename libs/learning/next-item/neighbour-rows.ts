/**
 * For each item a bounded set of others with decayed counts: what co-visitation and transitions are made of. The
 * weakest of NEIGHBOURS_MAX neighbours makes room for a new one; keyed-rows.ts bounds the items.
 *
 * Counts and mass (the sum of all counts, also of neighbours given up) decay by event time together. They are kept as of the row's
 * first event, later ones count for more instead (forward decay; Cormode et al., ICDE 2009), so that an event changes one count and
 * not all of them; each REBASE_HALF_LIVES the row is brought forward, by a whole power of two, which loses nothing.
 *
 * A row's keys and counts stand in one piece: most of an event's time is waiting for rows that it has not seen for long.
 */
import { halved, widened } from '#kernel';
import type { ByteReader } from '../byte-reader.js';
import type { ByteWriter } from '../byte-writer.js';
import { KeyedRows } from '../keyed-rows.js';
import type { ModelTable } from '../model-table.js';
import { RowPages } from '../row-pages.js';

export const NEIGHBOURS_MAX = 48;
const REBASE_HALF_LIVES = 32;

const FIRST_ROWS = 1024;

/** A row: keys of 64 bits, then counts of 32. In cells of 64 bits. */
const WIDTH = NEIGHBOURS_MAX * 1.5;
/** Cells of a cache line. */
const LINE_CELLS = 8;

export class NeighbourRows implements ModelTable {
  private readonly items: KeyedRows;
  private readonly rows = new RowPages(WIDTH);
  private readonly sizes: Uint8Array;
  private readonly masses: Float32Array;
  /** Event time as of which a row counts, and that of its newest event, ms. */
  private since = new Float64Array(FIRST_ROWS);
  private updatedBy = new Float64Array(FIRST_ROWS);
  private readonly halfLifeMs: number;
  /** Of what was read, so that no compiler leaves the reads out. */
  protected seen = 0;

  constructor(itemsMax: number, halfLifeSeconds: number) {
    this.items = new KeyedRows(itemsMax);
    this.sizes = new Uint8Array(itemsMax);
    this.masses = new Float32Array(itemsMax);
    this.halfLifeMs = halfLifeSeconds * 1000;
  }

  encode(writer: ByteWriter): void {
    this.items.encode(writer);
    for (let row = 0; row < this.items.size; row++) {
      writer.f64(this.since[row]!);
      writer.f64(this.updatedBy[row]!);
      writer.f32(this.masses[row]!);
      writer.u8(this.sizes[row]!);
      writer.array(this.keysOf(row));
      writer.array(this.countsOf(row));
    }
  }

  decode(reader: ByteReader): void {
    this.items.decode(reader);
    for (let row = 0; row < this.items.size; row++) {
      this.reach(row);
      this.since[row] = reader.f64();
      this.updatedBy[row] = reader.f64();
      this.masses[row] = reader.f32();
      this.sizes[row] = Math.min(reader.u8(), NEIGHBOURS_MAX);
      reader.array(this.keysOf(row));
      reader.array(this.countsOf(row));
    }
  }

  /** −1 for an item without neighbours. */
  protected rowOf(itemKey: number): number {
    return this.items.find(itemKey);
  }

  /** Keys of the row's neighbours: a view. */
  protected keysOf(row: number): Float64Array {
    const first = this.rows.at(row);
    return this.rows.of(row).cells.subarray(first, first + this.sizes[row]!);
  }

  /** Their counts, as the row counts: times `agedTo`. A view. */
  protected countsOf(row: number): Float32Array {
    const first = countsAt(this.rows.at(row));
    return this.rows.of(row).halves.subarray(first, first + this.sizes[row]!);
  }

  /** As the row counts: times `agedTo`. */
  protected massOf(row: number): number {
    return this.masses[row]!;
  }

  /** Event time of the row's newest event, ms. */
  protected updatedAt(row: number): number {
    return this.updatedBy[row]!;
  }

  /** What is left of the row's counts at a time that is not before its newest event. */
  protected agedTo(time: number, row: number): number {
    return halved((time - this.since[row]!) / this.halfLifeMs);
  }

  /** Brings the first so many items' rows, which are about to change, into the cache at once: one by one each would be waited for. */
  protected touch(itemKeys: readonly number[], count = itemKeys.length): void {
    let seen = 0;
    for (let i = 0; i < count; i++) {
      const row = this.items.find(itemKeys[i]!);
      if (row < 0) continue;
      const { cells } = this.rows.of(row);
      const first = this.rows.at(row);
      for (let at = first; at < first + WIDTH; at += LINE_CELLS) seen += cells[at]!;
    }
    this.seen = seen;
  }

  protected add(itemKey: number, neighbour: number, count: number, timestamp: number): void {
    const row = this.items.claim(itemKey);
    this.reach(row);
    if (this.items.recycled) this.sizes[row] = this.masses[row] = this.updatedBy[row] = 0;
    const fresh = this.weightOf(row, timestamp) * count;
    this.masses[row]! += fresh;
    const { cells: keys, halves: counts } = this.rows.of(row);
    const firstKey = this.rows.at(row);
    const firstCount = countsAt(firstKey);
    const size = this.sizes[row]!;
    let place = 0;
    while (place < size && keys[firstKey + place] !== neighbour) place++;
    if (place === size) {
      if (size < NEIGHBOURS_MAX) this.sizes[row] = size + 1;
      else place = weakest(counts, firstCount, size);
      keys[firstKey + place] = neighbour;
      counts[firstCount + place] = 0;
    }
    counts[firstCount + place]! += fresh;
  }

  /** What an event of this time counts for among the row's. */
  private weightOf(row: number, timestamp: number): number {
    if (this.updatedBy[row] === 0) this.since[row] = timestamp;
    if (timestamp > this.updatedBy[row]!) this.updatedBy[row] = timestamp;
    const halfLives = (timestamp - this.since[row]!) / this.halfLifeMs;
    if (halfLives < 0) return halved(-halfLives);
    if (halfLives < REBASE_HALF_LIVES) return 1 / halved(halfLives);
    const whole = Math.floor(halfLives);
    this.bringForward(row, whole);
    return 1 / halved(halfLives - whole);
  }

  private bringForward(row: number, halfLives: number): void {
    const factor = halved(halfLives);
    this.since[row]! += halfLives * this.halfLifeMs;
    this.masses[row]! *= factor;
    const counts = this.countsOf(row);
    for (let i = 0; i < counts.length; i++) counts[i]! *= factor;
  }

  private reach(row: number): void {
    this.rows.reach(row);
    if (row < this.since.length) return;
    this.since = widened(this.since);
    this.updatedBy = widened(this.updatedBy);
  }
}

/** Where a row's counts begin among a page's halves, by where its keys do among the cells. */
const countsAt = (firstKey: number): number => 2 * (firstKey + NEIGHBOURS_MAX);

/** @returns the place of the least of so many counts */
function weakest(counts: Float32Array, first: number, size: number): number {
  let least = 0;
  for (let i = 1; i < size; i++) if (counts[first + i]! < counts[first + least]!) least = i;
  return least;
}
