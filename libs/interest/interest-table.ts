/**
 * A user's decayed interests: rows of (label, long- and short-term weight, shown, clicked). All values are expressed
 * as of one event time, `at`: what is added at t counts 2^((t − at)/half-life), more than 1 if t is later. So adding
 * costs one multiplication, in any order of event times; only when t has run REBASE_HALF_LIVES ahead are all
 * values brought to a new `at`. Values are kept rounded to 32 bits, as they are stored.
 *
 * The columns are typed arrays in one buffer, 24 bytes a row: thousands of users are touched one after another, and what an event
 * costs is mostly the lines of memory it reads. A row names its label by its number in the process's book of labels.
 *
 * At most `max` rows: when an interaction brings a new label to a full table, the weakest eighth of the rows is given
 * up; labels that were only shown fill at most half of the table and replace nothing.
 */
import { InterestIndex, labelBook, type Dimension, type InterestSignals } from '#features';
import { remaining } from './decay.js';
import { INTEREST_EPSILON } from './limits.js';
import type { StateReader, StateWriter } from './state-writer.js';

/** Short half-lives that event time may run ahead of `at`: 2^32 is far from the limits of a 32-bit float. */
const REBASE_HALF_LIVES = 32;
/** A row only shown is weaker than any interaction. */
const SHOWN_STRENGTH = 0.01;
/** Share of the rows that a full table gives up at once, so that it need not look for the weakest each time. */
const GIVEN_UP_SHARE = 1 / 8;
/** hash, name, long, short, shown, clicked: 4 bytes each. */
const COLUMNS = 6;
/** Rows there is room for beyond those of a table that was read: what the next interaction brings. */
const ROWS_SPARE = 16;
/** Bits that tell which values of a row are not 0; SHORT follows LONG as CLICKED follows SHOWN. */
const LONG = 1;
const SHORT = 2;
const SHOWN = 4;
const CLICKED = 8;
const index = new InterestIndex();

export class InterestTable implements InterestSignals {
  rows = 0;
  /** Numbers in the book of labels. */
  private names!: Uint32Array;
  hashes!: Uint32Array;
  long!: Float32Array;
  short!: Float32Array;
  shown!: Float32Array;
  clicked!: Float32Array;
  shownTotal = 0;
  clickedTotal = 0;
  at = 0;
  halfLifeMs = 86_400_000;
  shortHalfLifeMs = 900_000;
  /** Rows it may have, as far as is known. */
  private most = Infinity;
  private longShare = 1;
  private shortShare = 1;

  /** @param capacity rows there is room for */
  constructor(capacity = 0) {
    this.allocate(capacity);
  }

  dimensionOf(row: number): Dimension {
    return labelBook.dimension(this.names[row]!);
  }

  labelOf(row: number): string {
    return labelBook.text(this.names[row]!);
  }

  /**
   * Begins a group of additions with event time `at`: `addWeight`, `addShown`, `addClicked` and `addTotals` count for
   * this moment, until the next `open` of any table.
   */
  open(at: number, halfLifeMs: number, shortHalfLifeMs: number, max: number): void {
    this.halfLifeMs = halfLifeMs;
    this.shortHalfLifeMs = shortHalfLifeMs;
    this.most = max;
    if (this.at === 0) this.at = at;
    else if (at - this.at > REBASE_HALF_LIVES * Math.min(shortHalfLifeMs, halfLifeMs)) this.rebase(at);
    this.longShare = 2 ** ((at - this.at) / halfLifeMs);
    this.shortShare = 2 ** ((at - this.at) / shortHalfLifeMs);
    index.fill(this.hashes, this.rows, Math.max(max, this.rows));
  }

  /** Weight of a row as of `now`, not before `at`. */
  longAt(row: number, now: number): number {
    return this.long[row]! * remaining(now - this.at, this.halfLifeMs);
  }

  shortAt(row: number, now: number): number {
    return this.short[row]! * remaining(now - this.at, this.shortHalfLifeMs);
  }

  /** @param name the label's number in the book */
  addWeight(hash: number, name: number, weight: number, max: number): void {
    const row = this.rowOf(hash) ?? this.admit(hash, name, max);
    this.long[row] = this.long[row]! + weight * this.longShare;
    this.short[row] = this.short[row]! + weight * this.shortShare;
  }

  addShown(hash: number, name: number, max: number): void {
    let row = this.rowOf(hash);
    if (row === undefined) {
      if (this.rows >= max >> 1) return;
      row = this.append(hash, name);
    }
    this.shown[row] = this.shown[row]! + this.longShare;
  }

  addClicked(hash: number): void {
    const row = this.rowOf(hash);
    if (row !== undefined) this.clicked[row] = this.clicked[row]! + this.longShare;
  }

  addTotals(shown: number, clicked: number): void {
    this.shownTotal = Math.fround(this.shownTotal + shown * this.longShare);
    this.clickedTotal = Math.fround(this.clickedTotal + clicked * this.longShare);
  }

  absorb(other: InterestTable, max: number): void {
    if (other.at === 0) return;
    this.open(other.at, other.halfLifeMs, other.shortHalfLifeMs, max);
    this.addTotals(other.shownTotal, other.clickedTotal);
    for (let i = 0; i < other.rows; i++) {
      const hash = other.hashes[i]!;
      const row = this.rowOf(hash) ?? this.admit(hash, other.names[i]!, max);
      this.long[row] = this.long[row]! + other.long[i]! * this.longShare;
      this.short[row] = this.short[row]! + other.short[i]! * this.shortShare;
      this.shown[row] = this.shown[row]! + other.shown[i]! * this.longShare;
      this.clicked[row] = this.clicked[row]! + other.clicked[i]! * this.longShare;
    }
  }

  write(out: StateWriter): void {
    if (!this.writeHead(out)) return;
    for (let row = 0; row < this.rows; row++) this.writeRow(row, out);
  }

  static read(from: StateReader): InterestTable {
    const table = new InterestTable();
    const n = table.readHead(from);
    for (let row = 0; row < n; row++) table.readRow(from);
    return table;
  }

  /** As `write`, for this process alone: see packed-user.ts. Labels, which values are not 0, then the weights, then the counts. */
  pack(out: StateWriter): void {
    if (!this.writeHead(out)) return;
    const { rows, names, long, short, shown, clicked } = this;
    for (let row = 0; row < rows; row++) out.count(names[row]!);
    for (let row = 0; row < rows; row++) out.u8(this.presence(row));
    packPair(out, long, short, rows);
    packPair(out, shown, clicked, rows);
  }

  static unpack(from: StateReader): InterestTable {
    const table = new InterestTable();
    const n = table.readHead(from);
    const { hashes, names, long, short, shown, clicked } = table;
    table.rows = n;
    for (let row = 0; row < n; row++) {
      const name = from.count();
      names[row] = name;
      hashes[row] = labelBook.hash(name);
    }
    const present = from.u8s(n);
    unpackPair(from, long, short, present, LONG);
    unpackPair(from, shown, clicked, present, SHOWN);
    return table;
  }

  /** What both forms begin with. @returns false when nothing follows: a table that was never opened is a 0 */
  private writeHead(out: StateWriter): boolean {
    out.count(this.at);
    if (this.at === 0) return false;
    out.f64(this.halfLifeMs);
    out.f64(this.shortHalfLifeMs);
    out.f32(this.shownTotal);
    out.f32(this.clickedTotal);
    out.count(this.rows);
    return true;
  }

  /** @returns the rows that follow, which it has made room for */
  private readHead(from: StateReader): number {
    this.at = from.count();
    if (this.at === 0) return 0;
    this.halfLifeMs = from.f64();
    this.shortHalfLifeMs = from.f64();
    this.shownTotal = from.f32();
    this.clickedTotal = from.f32();
    const n = from.size(2);
    this.allocate(n + ROWS_SPARE);
    return n;
  }

  /** A bit for each of the four values that is not 0. */
  private presence(row: number): number {
    return (
      (this.long[row] === 0 ? 0 : LONG) |
      (this.short[row] === 0 ? 0 : SHORT) |
      (this.shown[row] === 0 ? 0 : SHOWN) |
      (this.clicked[row] === 0 ? 0 : CLICKED)
    );
  }

  /** One number tells the dimension and which of the four values are not 0; then the label and those values. */
  private writeRow(row: number, out: StateWriter): void {
    const long = this.long[row]!;
    const short = this.short[row]!;
    const shown = this.shown[row]!;
    const clicked = this.clicked[row]!;
    out.count(this.dimensionOf(row) * 16 + this.presence(row));
    out.text(this.labelOf(row));
    if (long !== 0) out.f32(long);
    if (short !== 0) out.f32(short);
    if (shown !== 0) out.f32(shown);
    if (clicked !== 0) out.f32(clicked);
  }

  private readRow(from: StateReader): void {
    const head = from.count();
    const dimension = (head >> 4) as Dimension; // written by writeRow
    const name = labelBook.idOf(dimension, from.text());
    const row = this.place(labelBook.hash(name), name);
    if (head & LONG) this.long[row] = from.f32();
    if (head & SHORT) this.short[row] = from.f32();
    if (head & SHOWN) this.shown[row] = from.f32();
    if (head & CLICKED) this.clicked[row] = from.f32();
  }

  private rowOf(hash: number): number | undefined {
    const row = index.find(hash);
    return row < 0 ? undefined : row;
  }

  private rebase(at: number): void {
    const long = remaining(at - this.at, this.halfLifeMs);
    const short = remaining(at - this.at, this.shortHalfLifeMs);
    this.shownTotal = Math.fround(this.shownTotal * long);
    this.clickedTotal = Math.fround(this.clickedTotal * long);
    for (let row = this.rows - 1; row >= 0; row--) this.decayRow(row, long, short);
    this.at = at;
  }

  private decayRow(row: number, long: number, short: number): void {
    const longValue = Math.fround(this.long[row]! * long);
    const shownValue = Math.fround(this.shown[row]! * long);
    this.long[row] = longValue;
    this.short[row] = this.short[row]! * short;
    this.shown[row] = shownValue;
    this.clicked[row] = this.clicked[row]! * long;
    if (Math.abs(longValue) < INTEREST_EPSILON && shownValue < INTEREST_EPSILON) this.remove(row);
  }

  /** A row for a label that an interaction brings; a full table first gives up its weakest rows. */
  private admit(hash: number, name: number, max: number): number {
    if (this.rows >= max) {
      this.giveUpWeakest(this.rows - max + Math.max(1, Math.floor(max * GIVEN_UP_SHARE)));
      index.fill(this.hashes, this.rows, max);
    }
    return this.append(hash, name);
  }

  private append(hash: number, name: number): number {
    const row = this.place(hash, name);
    index.insert(hash, row);
    return row;
  }

  /** An empty row behind the others. */
  private place(hash: number, name: number): number {
    const row = this.rows++;
    if (row === this.hashes.length) this.allocate(this.roomFor(row + 1));
    this.hashes[row] = hash;
    this.names[row] = name;
    this.long[row] = 0;
    this.short[row] = 0;
    this.shown[row] = 0;
    this.clicked[row] = 0;
    return row;
  }

  /** Half as many rows again, but no more than the table may have. */
  private roomFor(rows: number): number {
    return Math.max(rows, Math.min(this.most, rows + Math.max(ROWS_SPARE, rows >> 1)));
  }

  /** Removes this many rows, at equal strength the older ones; the others keep their order. */
  private giveUpWeakest(count: number): void {
    const { rows } = this;
    const strengths = new Float64Array(rows);
    for (let row = 0; row < rows; row++) strengths[row] = this.strength(row);
    const limit = strengths.slice().sort()[count - 1]!;
    let ties = count;
    for (let row = 0; row < rows; row++) if (strengths[row]! < limit) ties--;
    let kept = 0;
    for (let row = 0; row < rows; row++) {
      if (strengths[row]! < limit || (strengths[row] === limit && ties-- > 0)) continue;
      if (kept !== row) this.moveRow(row, kept);
      kept++;
    }
    this.rows = kept;
  }

  /** How much the row says now, at the moment the table is open for. */
  private strength(row: number): number {
    const long = Math.abs(this.long[row]!) + SHOWN_STRENGTH * this.shown[row]!;
    return long / this.longShare + Math.abs(this.short[row]!) / this.shortShare;
  }

  /** The last row takes the removed one's place. */
  private remove(row: number): void {
    this.moveRow(--this.rows, row);
  }

  private moveRow(from: number, to: number): void {
    this.hashes[to] = this.hashes[from]!;
    this.names[to] = this.names[from]!;
    this.long[to] = this.long[from]!;
    this.short[to] = this.short[from]!;
    this.shown[to] = this.shown[from]!;
    this.clicked[to] = this.clicked[from]!;
  }

  /** Columns for so many rows; those there are stay. */
  private allocate(capacity: number): void {
    const buffer = new ArrayBuffer(capacity * COLUMNS * 4);
    const columnAt = (i: number) => i * capacity * 4;
    const before = this.rows > 0 ? this : undefined;
    this.hashes = filled(new Uint32Array(buffer, columnAt(0), capacity), before?.hashes);
    this.names = filled(new Uint32Array(buffer, columnAt(1), capacity), before?.names);
    this.long = filled(new Float32Array(buffer, columnAt(2), capacity), before?.long);
    this.short = filled(new Float32Array(buffer, columnAt(3), capacity), before?.short);
    this.shown = filled(new Float32Array(buffer, columnAt(4), capacity), before?.shown);
    this.clicked = filled(new Float32Array(buffer, columnAt(5), capacity), before?.clicked);
  }
}

/** The values of two columns that are not 0, row by row. */
function packPair(out: StateWriter, first: Float32Array, second: Float32Array, rows: number): void {
  for (let row = 0; row < rows; row++) {
    if (first[row] !== 0) out.f32(first[row]!);
    if (second[row] !== 0) out.f32(second[row]!);
  }
}

/** @param present bits of each row. @param bit that of the first column */
function unpackPair(
  from: StateReader,
  first: Float32Array,
  second: Float32Array,
  present: Uint8Array,
  bit: number,
): void {
  for (let row = 0; row < present.length; row++) {
    if (present[row]! & bit) first[row] = from.f32();
    if (present[row]! & (bit << 1)) second[row] = from.f32();
  }
}

function filled<T extends Uint32Array | Float32Array>(column: T, from: T | undefined): T {
  if (from) column.set(from);
  return column;
}
