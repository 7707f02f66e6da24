/**
 * What was known of each shown item at the moment it was shown, kept for a click that may come.
 *
 * Read when the click arrives, the statistics of a clicked item would be younger than those it was counted as unclicked
 * with, and know of its own list: a learner would learn to tell labels from the age of the counts. So the item's
 * statistics and the rates of its features enter a sample as they were when it was shown, both times.
 *
 * An exposure is found again by its item and event time. Bounded: beyond `exposuresMax` the oldest go, and
 * their outcomes take the statistics of the day.
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

  constructor(exposuresMax: number) {
    this.rows = new KeyedRows(exposuresMax);
  }

  remember(itemKey: number, timestamp: number, reading: ItemReading): void {
    const at = this.rows.claim(exposureKey(itemKey, timestamp)) * STRIDE;
    this.fit();
    this.readings[at] = reading.ctrLogit;
    this.readings[at + 1] = reading.overallLogit;
    this.readings[at + 2] = reading.impressions;
    this.readings[at + 3] = reading.popularity;
    this.readings.fill(0, at + STATISTICS, at + STRIDE);
  }

  /** See ReadAhead. */
  touch(itemKey: number, timestamp: number): number {
    const row = this.rows.find(exposureKey(itemKey, timestamp));
    return row < 0 ? 0 : this.readings[row * STRIDE]!;
  }

  /** @param count of the rates, which begin at `from` in `values`, at most one a family */
  rememberRates(itemKey: number, timestamp: number, values: Float32Array, from: number, count: number): void {
    const row = this.rows.find(exposureKey(itemKey, timestamp));
    if (row < 0) return;
    for (let i = 0; i < count; i++) this.readings[row * STRIDE + STATISTICS + i] = values[from + i]!;
  }

  /** Rates as they were remembered, undefined when the exposure is not known (any more). Holds until the next call. */
  recallRates(itemKey: number, timestamp: number): Float32Array | undefined {
    const row = this.rows.find(exposureKey(itemKey, timestamp));
    if (row < 0) return undefined;
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
    this.rows.encode(writer);
    writer.array(this.readings.subarray(0, this.rows.size * STRIDE));
  }

  decode(reader: ByteReader): void {
    this.rows.decode(reader);
    this.fit();
    reader.array(this.readings.subarray(0, this.rows.size * STRIDE));
  }

  private fit(): void {
    while (this.readings.length < this.rows.size * STRIDE) {
      const wider = new Float32Array(this.readings.length * 2);
      wider.set(this.readings);
      this.readings = wider;
    }
  }
}

/** 53 bits of both; a collision would lend one sample the statistics of another item. */
function exposureKey(itemKey: number, timestamp: number): number {
  const low = combine32(itemKey >>> 0, timestamp >>> 0);
  const high = combine32((itemKey / 0x1_0000_0000) >>> 0, low ^ ((timestamp / 0x1_0000_0000) >>> 0));
  return (high & 0x1fffff) * 0x1_0000_0000 + low || 1;
}
