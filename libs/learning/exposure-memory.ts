/**
 * What was known of each shown item at the moment it was shown, kept for a click that may come.
 *
 * Read when the click arrives, the statistics of a clicked item would be younger than those it was counted as unclicked
 * with, and know of its own list: a learner would learn to tell labels from the age of the counts. So the item's
 * statistics and the rates of its features enter a sample as they were when it was shown, both times.
 *
 * An exposure is found again by its item and event time. Two users shown an item in the same millisecond share the item's statistics,
 * which are the same, and the rates of the one learnt last: a click of the other takes those when they are of the same families, else
 * those of the day. Bounded: beyond `exposuresMax` the oldest go, and their outcomes take the statistics and rates of the day.
 */
import { FAMILIES } from '#features';
import { combine32 } from '#kernel';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import type { ItemReading } from './item-reading.js';
import { KeyedRows } from './keyed-rows.js';

/** The item's statistics, then the rates of its features in the order in which they entered the sample. */
const STATISTICS = 4;
const STRIDE = STATISTICS + FAMILIES.length;

export class ExposureMemory {
  private readonly rows: KeyedRows;
  private readings = new Float32Array(1024 * STRIDE);
  /** A bit for each family that the rates are of; 0: none are known. */
  private families = new Uint32Array(1024);

  constructor(exposuresMax: number) {
    this.rows = new KeyedRows(exposuresMax);
  }

  remember(itemKey: number, timestamp: number, reading: ItemReading): void {
    const row = this.rows.claim(exposureKey(itemKey, timestamp));
    this.fit();
    const at = row * STRIDE;
    this.readings[at] = reading.ctrLogit;
    this.readings[at + 1] = reading.overallLogit;
    this.readings[at + 2] = reading.impressions;
    this.readings[at + 3] = reading.popularity;
    this.readings.fill(0, at + STATISTICS, at + STRIDE);
    this.families[row] = 0;
  }

  /** See ReadAhead. */
  touch(itemKey: number, timestamp: number): number {
    const row = this.rows.find(exposureKey(itemKey, timestamp));
    return row < 0 ? 0 : this.readings[row * STRIDE]!;
  }

  /**
   * @param families of the rates, see `familiesOf`
   * @param count of the rates, which begin at `from` in `values`, one a family
   */
  rememberRates(
    itemKey: number,
    timestamp: number,
    families: number,
    values: Float32Array,
    from: number,
    count: number,
  ): void {
    const row = this.rows.find(exposureKey(itemKey, timestamp));
    if (row < 0 || count <= 0) return;
    this.families[row] = families;
    for (let i = 0; i < count; i++) this.readings[row * STRIDE + STATISTICS + i] = values[from + i]!;
  }

  /** Rates as they were remembered, undefined when none of these families are known (any more). Holds until the next call. */
  recallRates(itemKey: number, timestamp: number, families: number): Float32Array | undefined {
    const row = this.rows.find(exposureKey(itemKey, timestamp));
    if (row < 0 || this.families[row] !== families) return undefined;
    return this.readings.subarray(row * STRIDE + STATISTICS, (row + 1) * STRIDE);
  }

  /** False when the exposure is not known (any more). */
  recall(itemKey: number, timestamp: number, out: ItemReading): boolean {
    const row = this.rows.find(exposureKey(itemKey, timestamp));
    if (row < 0) return false;
    const at = row * STRIDE;
    out.ctrLogit = this.readings[at]!;
    out.overallLogit = this.readings[at + 1]!;
    out.impressions = this.readings[at + 2]!;
    out.popularity = this.readings[at + 3]!;
    return true;
  }

  encode(writer: ByteWriter): void {
    const families = this.families.subarray(0, this.rows.size);
    const known = new Float32Array(eachKnown(families));
    eachKnown(families, (row, at, numbers) =>
      known.set(this.readings.subarray(row * STRIDE, row * STRIDE + numbers), at),
    );
    this.rows.encode(writer);
    writer.array(families);
    writer.array(known);
  }

  decode(reader: ByteReader): void {
    this.rows.decode(reader);
    this.fit();
    const families = this.families.subarray(0, this.rows.size);
    reader.array(families);
    const known = new Float32Array(eachKnown(families));
    reader.array(known);
    eachKnown(families, (row, at, numbers) =>
      this.readings.set(known.subarray(at, at + numbers), row * STRIDE),
    );
  }

  private fit(): void {
    while (this.families.length < this.rows.size) {
      const [readings, families] = [this.readings, this.families];
      this.readings = new Float32Array(readings.length * 2);
      this.readings.set(readings);
      this.families = new Uint32Array(families.length * 2);
      this.families.set(families);
    }
  }
}

/**
 * Goes through the rows of a snapshot: each has its statistics, and a rate for each family that is known.
 * @param visit told where a row's numbers begin among all, and how many it has
 * @returns how many all have
 */
function eachKnown(
  families: Uint32Array,
  visit?: (row: number, at: number, numbers: number) => void,
): number {
  let at = 0;
  families.forEach((bits, row) => {
    const numbers = STATISTICS + countBits(bits);
    visit?.(row, at, numbers);
    at += numbers;
  });
  return at;
}

function countBits(bits: number): number {
  let count = 0;
  for (; bits !== 0; bits &= bits - 1) count++;
  return count;
}

/** 53 bits of both; a collision would lend one sample the statistics of another item. */
function exposureKey(itemKey: number, timestamp: number): number {
  const low = combine32(itemKey >>> 0, timestamp >>> 0);
  const high = combine32((itemKey / 0x1_0000_0000) >>> 0, low ^ ((timestamp / 0x1_0000_0000) >>> 0));
  return (high & 0x1fffff) * 0x1_0000_0000 + low || 1;
}
