/**
 * A user's decayed interests: rows of (label, long- and short-term weight, shown, clicked). All values are expressed
 * as of one event time, `at`: what is added at t counts 2^((t − at)/half-life), more than 1 if t is later. So adding
 * costs one multiplication, in any order of event times; only when t has run REBASE_HALF_LIVES ahead are all
 * values brought to a new `at`. Values are kept rounded to 32 bits, as they are stored.
 *
 * At most `max` rows: an interaction's new label replaces the weakest row; labels that were only shown fill at
 * most half of the table and replace nothing.
 */
import { InterestIndex, labelHash, type Dimension, type InterestSignals } from '#features';
import { remaining } from './decay.js';
import { INTEREST_EPSILON } from './limits.js';
import type { StateReader, StateWriter } from './state-writer.js';

/** Short half-lives that event time may run ahead of `at`: 2^32 is far from the limits of a 32-bit float. */
const REBASE_HALF_LIVES = 32;
/** A row only shown is weaker than any interaction. */
const SHOWN_STRENGTH = 0.01;
/** Replaced rows after which the index is filled anew. */
const REPLACED_MAX = 64;
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
    this.fillIndex(max);
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
    const values = [this.long[row]!, this.short[row]!, this.shown[row]!, this.clicked[row]!];
    let present = 0;
    values.forEach((value, i) => (present |= value === 0 ? 0 : 1 << i));
    out.count(this.dimensions[row]! * 16 + present);
    out.text(this.labels[row]!);
    for (const value of values) if (value !== 0) out.f32(value);
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
  /** Rows that changed their label since the index was filled. */
  private replaced = 0;

  private fillIndex(max: number): void {
    index.fill(this.hashes, Math.max(max, this.hashes.length) + REPLACED_MAX);
    this.replaced = 0;
  }

  /** The index may still know labels whose rows were given to others: the row itself decides. */
  private rowOf(hash: number): number | undefined {
    const row = index.find(hash);
    return row >= 0 && this.hashes[row] === hash ? row : undefined;
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

  /** A row for a label that an interaction brings: a new one, or the weakest one's place. */
  private admit(hash: number, dimension: number, label: string, max: number): number {
    if (this.hashes.length < max) return this.append(hash, dimension, label);
    const row = this.weakest();
    this.hashes[row] = hash;
    this.dimensions[row] = dimension;
    this.labels[row] = label;
    this.long[row] = this.short[row] = this.shown[row] = this.clicked[row] = 0;
    if (this.replaced++ === REPLACED_MAX) this.fillIndex(max);
    else index.insert(hash, row);
    return row;
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

  private weakest(): number {
    let weakest = 0;
    let least = Infinity;
    const long = 1 / this.longShare;
    const short = 1 / this.shortShare;
    for (let row = 0; row < this.hashes.length; row++) {
      const strength =
        (Math.abs(this.long[row]!) + SHOWN_STRENGTH * this.shown[row]!) * long +
        Math.abs(this.short[row]!) * short;
      if (strength < least) {
        least = strength;
        weakest = row;
      }
    }
    return weakest;
  }

  /** The last row takes the removed one's place. */
  private remove(row: number): void {
    const last = this.hashes.length - 1;
    for (const column of [this.hashes, this.dimensions, this.long, this.short, this.shown, this.clicked]) {
      column[row] = column[last]!;
      column.pop();
    }
    this.labels[row] = this.labels[last]!;
    this.labels.pop();
  }
}
