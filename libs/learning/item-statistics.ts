/**
 * What is known of each item from everybody's behaviour: impressions, clicks, and popularity, the sum of its
 * positive engagement weights decayed with four half-lives of event time: s·2^(−Δt/half-life).
 *
 * CTR is smoothed towards the overall CTR, which adapts: (clicks + m·p0) / (impressions + m).
 * An item's row is its order of first appearance (keyed-rows.ts bounds their number).
 */
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { DirtyRows } from './dirty-rows.js';
import { KeyedRows, widened } from './keyed-rows.js';
import type { ModelTable } from './model-table.js';
import { TrendingItems, type RankedKeys } from './trending-items.js';

/** Half-lives of popularity, seconds of event time. */
export const POPULARITY_SECONDS = [60, 300, 3_600, 86_400] as const;
const WINDOWS = POPULARITY_SECONDS.length;
/** The overall CTR before any evidence, and its strength in impressions. */
const FIRST_CTR = 0.05;
const FIRST_IMPRESSIONS = 20;

export interface ItemStatisticsSettings {
  readonly priorImpressions: number;
  readonly itemsMax: number;
}

export class ItemStatistics implements ModelTable {
  readonly dirty = new DirtyRows(1024);
  readonly rowBytesMax = 5 + 8 + 8 + 8 + 8 + 4 * WINDOWS;
  private readonly rows: KeyedRows;
  private impressionsBy = new Float64Array(1024);
  private clicksBy = new Float64Array(1024);
  /** Event time to which the row's popularity is decayed, ms. */
  private updatedBy = new Float64Array(1024);
  private popularityBy = new Float32Array(1024 * WINDOWS);
  private totalImpressions = 0;
  private totalClicks = 0;
  private readonly trendingItems = new TrendingItems();

  constructor(private readonly settings: ItemStatisticsSettings) {
    this.rows = new KeyedRows(settings.itemsMax);
  }

  get items(): number {
    return this.rows.size;
  }

  recordImpression(itemKey: number): void {
    this.totalImpressions++;
    this.impressionsBy[this.claim(itemKey)]! += 1;
  }

  recordClick(itemKey: number): void {
    this.totalClicks++;
    this.clicksBy[this.claim(itemKey)]! += 1;
  }

  recordEngagement(itemKey: number, weight: number, timestamp: number): void {
    if (!(weight > 0)) return;
    const row = this.claim(itemKey);
    const elapsed = timestamp - this.updatedBy[row]!;
    for (let w = 0; w < WINDOWS; w++) {
      const at = row * WINDOWS + w;
      const halfLife = POPULARITY_SECONDS[w]! * 1000;
      // An event older than the row's time is decayed instead of the row.
      if (elapsed >= 0) this.popularityBy[at] = this.popularityBy[at]! * 2 ** (-elapsed / halfLife) + weight;
      else this.popularityBy[at]! += weight * 2 ** (elapsed / halfLife);
    }
    if (elapsed > 0) this.updatedBy[row] = timestamp;
  }

  /** Clicks per impression over all items, smoothed. */
  overallCtr(): number {
    return (
      (this.totalClicks + FIRST_CTR * FIRST_IMPRESSIONS) /
      (Math.max(this.totalImpressions, this.totalClicks) + FIRST_IMPRESSIONS)
    );
  }

  impressions(itemKey: number): number {
    const row = this.rows.find(itemKey);
    return row < 0 ? 0 : this.impressionsBy[row]!;
  }

  clicks(itemKey: number): number {
    const row = this.rows.find(itemKey);
    return row < 0 ? 0 : this.clicksBy[row]!;
  }

  /** Smoothed CTR; that of an item never shown is the overall one. @param own impressions to leave out */
  ctr(itemKey: number, own = 0): number {
    const row = this.rows.find(itemKey);
    const overall = this.overallCtr();
    if (row < 0) return overall;
    const clicks = this.clicksBy[row]!;
    const strength = this.settings.priorImpressions;
    return (clicks + strength * overall) / (Math.max(this.impressionsBy[row]! - own, clicks) + strength);
  }

  /** Decayed popularity. @param windowSeconds one of POPULARITY_SECONDS; another takes the next longer one */
  popularity(itemKey: number, now: number, windowSeconds: number): number {
    const row = this.rows.find(itemKey);
    return row < 0 ? 0 : this.popularityAt(row, windowOf(windowSeconds), now);
  }

  /** The n most popular items and their popularity, best first. Up to a second old. */
  trending(n: number, now: number, windowSeconds: number): RankedKeys {
    const window = windowOf(windowSeconds);
    return this.trendingItems.top(
      n,
      now,
      window,
      this.rows.size,
      (row) => this.popularityAt(row, window, now),
      this.rows.keys,
    );
  }

  encode(writer: ByteWriter): void {
    const rows = this.rows.size;
    writer.f64(this.totalImpressions);
    writer.f64(this.totalClicks);
    this.rows.encode(writer);
    writer.array(this.impressionsBy.subarray(0, rows));
    writer.array(this.clicksBy.subarray(0, rows));
    writer.array(this.updatedBy.subarray(0, rows));
    writer.array(this.popularityBy.subarray(0, rows * WINDOWS));
  }

  decode(reader: ByteReader): void {
    this.totalImpressions = reader.f64();
    this.totalClicks = reader.f64();
    this.rows.decode(reader);
    const rows = this.rows.size;
    this.fit();
    reader.array(this.impressionsBy.subarray(0, rows));
    reader.array(this.clicksBy.subarray(0, rows));
    reader.array(this.updatedBy.subarray(0, rows));
    reader.array(this.popularityBy.subarray(0, rows * WINDOWS));
  }

  encodeRows(writer: ByteWriter, rows: Uint32Array): void {
    writer.f64(this.totalImpressions);
    writer.f64(this.totalClicks);
    writer.ascending(rows);
    for (const row of rows) {
      writer.f64(this.rows.keys[row]!);
      writer.varint(this.impressionsBy[row]!);
      writer.varint(this.clicksBy[row]!);
      writer.f64(this.updatedBy[row]!);
      for (let w = 0; w < WINDOWS; w++) writer.f32(this.popularityBy[row * WINDOWS + w]!);
    }
  }

  decodeRows(reader: ByteReader): void {
    this.totalImpressions = reader.f64();
    this.totalClicks = reader.f64();
    for (const row of reader.ascending(this.settings.itemsMax)) {
      this.rows.place(row, reader.f64());
      this.fit();
      this.impressionsBy[row] = reader.varint();
      this.clicksBy[row] = reader.varint();
      this.updatedBy[row] = reader.f64();
      for (let w = 0; w < WINDOWS; w++) this.popularityBy[row * WINDOWS + w] = reader.f32();
    }
  }

  private claim(itemKey: number): number {
    const row = this.rows.claim(itemKey);
    this.fit();
    if (this.rows.recycled) {
      this.impressionsBy[row] = this.clicksBy[row] = this.updatedBy[row] = 0;
      this.popularityBy.fill(0, row * WINDOWS, (row + 1) * WINDOWS);
    }
    this.dirty.mark(row);
    return row;
  }

  private popularityAt(row: number, window: number, now: number): number {
    const elapsed = Math.max(0, now - this.updatedBy[row]!);
    return (
      this.popularityBy[row * WINDOWS + window]! * 2 ** (-elapsed / (POPULARITY_SECONDS[window]! * 1000))
    );
  }

  private fit(): void {
    while (this.impressionsBy.length < this.rows.size) {
      this.impressionsBy = widened(this.impressionsBy);
      this.clicksBy = widened(this.clicksBy);
      this.updatedBy = widened(this.updatedBy);
      const popularity = new Float32Array(this.popularityBy.length * 2);
      popularity.set(this.popularityBy);
      this.popularityBy = popularity;
    }
  }
}

function windowOf(seconds: number): number {
  const window = POPULARITY_SECONDS.findIndex((halfLife) => halfLife >= seconds);
  return window < 0 ? WINDOWS - 1 : window;
}
