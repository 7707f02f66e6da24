/**
 * A user's decayed interests: rows of (label, long- and short-term weight, shown, clicked). All values are expressed
 * as of one event time, `at`: what is added at t counts 2^((t − at)/half-life), more than 1 if t is later. So adding
 * costs one multiplication, in any order of event times; only when t has run REBASE_HALF_LIVES ahead are all
 * values brought to a new `at`. Values are kept rounded to 32 bits, as they are stored.
 *
 * At most `max` rows: when an interaction brings a new label to a full table, the weakest eighth of the rows is given
 * up; labels that were only shown fill at most half of the table and replace nothing.
 */
import { InterestIndex, labelHash, type Dimension, type InterestSignals } from '#features';
import { remaining } from './decay.js';
import { INTEREST_EPSILON } from './limits.js';
import type { StateReader, StateWriter } from './state-writer.js';

/** Short half-lives that event time may run ahead of `at`: 2^32 is far from the limits of a 32-bit float. */
const REBASE_HALF_LIVES = 32;
/** A row only shown is weaker than any interaction. */
const SHOWN_STRENGTH = 0.01;
/** Share of the rows that a full table gives up at once, so that it need not look for the weakest each time. */
const GIVEN_UP_SHARE = 1 / 8;
const { fround } = Math;
const index = new InterestIndex();

export class InterestTable implements InterestSignals {
  hashes: number[] = [];
  labels: string[] = [];
  dimensions: number[] = [];
  long: number[] = [];
  short: number[] = [];
  shown: number[] = [];
  clicked: number[] = [];
  shownTotal = 0;
  clickedTotal = 0;
  at = 0;
  halfLifeMs = 86_400_000;
  shortHalfLifeMs = 900_000;

  /**
   * Begins a group of additions with event time `at`: `addWeight`, `addShown`, `addClicked` and `addTotals` count for
   * this moment, until the next `open` of any table.
   */
  open(at: number, halfLifeMs: number, shortHalfLifeMs: number, max: number): void {
    this.halfLifeMs = halfLifeMs;
    this.shortHalfLifeMs = shortHalfLifeMs;
    if (this.at === 0) this.at = at;
    else if (at - this.at > REBASE_HALF_LIVES * Math.min(shortHalfLifeMs, halfLifeMs)) this.rebase(at);
    this.longShare = 2 ** ((at - this.at) / halfLifeMs);
    this.shortShare = 2 ** ((at - this.at) / shortHalfLifeMs);
    index.fill(this.hashes, Math.max(max, this.hashes.length));
  }

  /** Weight of a row as of `now`, not before `at`. */
  longAt(row: number, now: number): number {
    return this.long[row]! * remaining(now - this.at, this.halfLifeMs);
  }

  shortAt(row: number, now: number): number {
    return this.short[row]! * remaining(now - this.at, this.shortHalfLifeMs);
  }

  addWeight(hash: number, dimension: number, label: string, weight: number, max: number): void {
    const row = this.rowOf(hash) ?? this.admit(hash, dimension, label, max);
    this.long[row] = fround(this.long[row]! + weight * this.longShare);
    this.short[row] = fround(this.short[row]! + weight * this.shortShare);
  }

  addShown(hash: number, dimension: number, label: string, max: number): void {
    let row = this.rowOf(hash);
    if (row === undefined) {
      if (this.hashes.length >= max >> 1) return;
      row = this.append(hash, dimension, label);
    }
    this.shown[row] = fround(this.shown[row]! + this.longShare);
  }

  addClicked(hash: number): void {
    const row = this.rowOf(hash);
    if (row !== undefined) this.clicked[row] = fround(this.clicked[row]! + this.longShare);
  }

  addTotals(shown: number, clicked: number): void {
    this.shownTotal = fround(this.shownTotal + shown * this.longShare);
    this.clickedTotal = fround(this.clickedTotal + clicked * this.longShare);
  }

  absorb(other: InterestTable, max: number): void {
    if (other.at === 0) return;
    this.open(other.at, other.halfLifeMs, other.shortHalfLifeMs, max);
    this.addTotals(other.shownTotal, other.clickedTotal);
    for (let i = 0; i < other.hashes.length; i++) {
      const row =
        this.rowOf(other.hashes[i]!) ??
        this.admit(other.hashes[i]!, other.dimensions[i]!, other.labels[i]!, max);
      this.long[row] = fround(this.long[row]! + other.long[i]! * this.longShare);
      this.short[row] = fround(this.short[row]! + other.short[i]! * this.shortShare);
      this.shown[row] = fround(this.shown[row]! + other.shown[i]! * this.longShare);
      this.clicked[row] = fround(this.clicked[row]! + other.clicked[i]! * this.longShare);
    }
  }

  write(out: StateWriter): void {
    out.count(this.at);
    if (this.at === 0) return;
    out.f64(this.halfLifeMs);
    out.f64(this.shortHalfLifeMs);
    out.f32(this.shownTotal);
    out.f32(this.clickedTotal);
    out.count(this.hashes.length);
    for (let row = 0; row < this.hashes.length; row++) this.writeRow(row, out);
  }

  static read(from: StateReader): InterestTable {
    const table = new InterestTable();
    table.at = from.count();
    if (table.at === 0) return table;
    table.halfLifeMs = from.f64();
    table.shortHalfLifeMs = from.f64();
    table.shownTotal = from.f32();
    table.clickedTotal = from.f32();
    const n = from.size(2);
    for (let row = 0; row < n; row++) table.readRow(from);
    return table;
  }

  /** One number tells the dimension and which of the four values are not 0; then the label and those values. */
  private writeRow(row: number, out: StateWriter): void {
    const long = this.long[row]!;
    const short = this.short[row]!;
    const shown = this.shown[row]!;
    const clicked = this.clicked[row]!;
    const present =
      (long === 0 ? 0 : 1) | (short === 0 ? 0 : 2) | (shown === 0 ? 0 : 4) | (clicked === 0 ? 0 : 8);
    out.count(this.dimensions[row]! * 16 + present);
    out.text(this.labels[row]!);
    if (long !== 0) out.f32(long);
    if (short !== 0) out.f32(short);
    if (shown !== 0) out.f32(shown);
    if (clicked !== 0) out.f32(clicked);
  }

  private readRow(from: StateReader): void {
    const head = from.count();
    const dimension = (head >> 4) as Dimension; // written by writeRow
    const label = from.text();
    const value = (i: number) => ((head >> i) & 1 ? from.f32() : 0);
    this.hashes.push(labelHash(dimension, label));
    this.dimensions.push(dimension);
    this.labels.push(label);
    this.long.push(value(0));
    this.short.push(value(1));
    this.shown.push(value(2));
    this.clicked.push(value(3));
  }

  private longShare = 1;
  private shortShare = 1;

  private rowOf(hash: number): number | undefined {
    const row = index.find(hash);
    return row < 0 ? undefined : row;
  }

  private rebase(at: number): void {
    const long = remaining(at - this.at, this.halfLifeMs);
    const short = remaining(at - this.at, this.shortHalfLifeMs);
    this.shownTotal = fround(this.shownTotal * long);
    this.clickedTotal = fround(this.clickedTotal * long);
    for (let row = this.hashes.length - 1; row >= 0; row--) this.decayRow(row, long, short);
    this.at = at;
  }

  private decayRow(row: number, long: number, short: number): void {
    const longValue = (this.long[row] = fround(this.long[row]! * long));
    this.short[row] = fround(this.short[row]! * short);
    const shownValue = (this.shown[row] = fround(this.shown[row]! * long));
    this.clicked[row] = fround(this.clicked[row]! * long);
    if (Math.abs(longValue) < INTEREST_EPSILON && shownValue < INTEREST_EPSILON) this.remove(row);
  }

  /** A row for a label that an interaction brings; a full table first gives up its weakest rows. */
  private admit(hash: number, dimension: number, label: string, max: number): number {
    if (this.hashes.length >= max) {
      this.giveUpWeakest(this.hashes.length - max + Math.max(1, Math.floor(max * GIVEN_UP_SHARE)));
      index.fill(this.hashes, max);
    }
    return this.append(hash, dimension, label);
  }

  private append(hash: number, dimension: number, label: string): number {
    const row = this.hashes.length;
    this.hashes.push(hash);
    this.dimensions.push(dimension);
    this.labels.push(label);
    this.long.push(0);
    this.short.push(0);
    this.shown.push(0);
    this.clicked.push(0);
    index.insert(hash, row);
    return row;
  }

  /** Removes this many rows, at equal strength the older ones; the others keep their order. */
  private giveUpWeakest(count: number): void {
    const rows = this.hashes.length;
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
    this.cutTo(kept);
  }

  /** How much the row says now, at the moment the table is open for. */
  private strength(row: number): number {
    const long = Math.abs(this.long[row]!) + SHOWN_STRENGTH * this.shown[row]!;
    return long / this.longShare + Math.abs(this.short[row]!) / this.shortShare;
  }

  /** The last row takes the removed one's place. */
  private remove(row: number): void {
    this.moveRow(this.hashes.length - 1, row);
    this.cutTo(this.hashes.length - 1);
  }

  private moveRow(from: number, to: number): void {
    this.hashes[to] = this.hashes[from]!;
    this.dimensions[to] = this.dimensions[from]!;
    this.labels[to] = this.labels[from]!;
    this.long[to] = this.long[from]!;
    this.short[to] = this.short[from]!;
    this.shown[to] = this.shown[from]!;
    this.clicked[to] = this.clicked[from]!;
  }

  private cutTo(rows: number): void {
    for (const column of [this.hashes, this.dimensions, this.long, this.short, this.shown, this.clicked])
      column.length = rows;
    this.labels.length = rows;
  }
}
