/**
 * What is known of each item from everybody's behaviour: impressions, clicks, and popularity, the sum of its
 * positive engagement weights decayed with half-lives from a minute to a week of event time (decayed-sums.ts).
 *
 * CTR is smoothed towards the overall CTR, which adapts: (clicks + m·p0) / (impressions + m).
 * An item's row is its order of first appearance (keyed-rows.ts bounds their number).
 */
import { widened } from '#kernel';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { ChangeFeed } from './change-feed.js';
import { POPULARITY_SECONDS, windowOf } from './decayed-sums.js';
import { DirtyRows } from './dirty-rows.js';
import { KeyedRows } from './keyed-rows.js';
import { logit } from './logistic.js';
import type { RowTable } from './model-table.js';
import { PopularityTable, type RankedKeys } from './popularity-table.js';
import { HIT_RANK, WindowChoice } from './window-choice.js';

/** The overall CTR before any evidence, and its strength in impressions. */
const FIRST_CTR = 0.05;
const FIRST_IMPRESSIONS = 20;
/** What a proven click-through rate is smoothed towards: less than nearly any item's. */
const UNPROVEN_CTR = 0.001;
/** What a row in a delta has besides its counts: its key when it got one, its popularity when that was added to... */
const KEYED = 1;
const ENGAGED = 2;
/** ... and how many of its impressions were looked at, unless all were. */
const EXAMINED = 4;

export interface ItemStatisticsSettings {
  readonly priorImpressions: number;
  readonly itemsMax: number;
}

export class ItemStatistics implements RowTable {
  readonly dirty = new DirtyRows(1024);
  readonly windows = new WindowChoice();
  /** Items whose proven click-through rate changed. */
  readonly changes = new ChangeFeed();
  /** Items whose popularity changed otherwise than by time. */
  readonly engaged = new ChangeFeed();
  private readonly rows: KeyedRows;
  private impressionsBy = new Float64Array(1024);
  private examinedBy = new Float64Array(1024);
  private clicksBy = new Float64Array(1024);
  private readonly popularities = new PopularityTable();
  /** KEYED and ENGAGED since the last delta. */
  private newsBy = new Uint8Array(1024);
  readonly rowBytesMax = 5 + 1 + 8 + 8 + 8 + 8 + this.popularities.rowBytes;
  private totalExamined = 0;
  totalClicks = 0;

  constructor(private readonly settings: ItemStatisticsSettings) {
    this.rows = new KeyedRows(settings.itemsMax);
  }

  get items(): number {
    return this.rows.size;
  }

  /** @param examined chance that it was looked at, relative to slot 1: what the CTR counts it as */
  recordImpression(itemKey: number, examined = 1): void {
    this.totalExamined += examined;
    const row = this.claim(itemKey);
    this.impressionsBy[row]! += 1;
    this.examinedBy[row]! += examined;
    this.changes.note(itemKey);
  }

  recordClick(itemKey: number): void {
    this.totalClicks++;
    this.clicksBy[this.claim(itemKey)]! += 1;
    this.changes.note(itemKey);
  }

  /** @param judges whether it tells which window is best: not so when somebody acts again on the same item */
  recordEngagement(itemKey: number, weight: number, timestamp: number, judges = true): void {
    if (!(weight > 0)) return;
    if (judges) this.judgeWindows(this.rows.find(itemKey));
    const row = this.claim(itemKey);
    this.popularities.add(row, weight, timestamp, this.rows.size);
    this.newsBy[row]! |= ENGAGED;
    this.engaged.note(itemKey);
  }

  /** Clicks per impression over all items, smoothed. */
  overallCtr(): number {
    return (
      (this.totalClicks + FIRST_CTR * FIRST_IMPRESSIONS) /
      (Math.max(this.totalExamined, this.totalClicks) + FIRST_IMPRESSIONS)
    );
  }

  /** logit(overallCtr), rounded to f32: as readings have it. */
  overallLogit(): number {
    return Math.fround(logit(this.overallCtr()));
  }

  impressions(itemKey: number): number {
    return this.impressionsAt(this.rows.find(itemKey));
  }

  impressionsAt(row: number): number {
    return row < 0 ? 0 : this.impressionsBy[row]!;
  }

  clicks(itemKey: number): number {
    const row = this.rows.find(itemKey);
    return row < 0 ? 0 : this.clicksBy[row]!;
  }

  /** Smoothed CTR; that of an item never shown is the overall one. @param own impressions to leave out */
  ctr(itemKey: number, own = 0): number {
    return this.ctrAt(this.rows.find(itemKey), own);
  }

  ctrAt(row: number, own = 0): number {
    const overall = this.overallCtr();
    if (row < 0) return overall;
    return this.smoothed(this.clicksBy[row]!, this.examinedBy[row]! - own, overall);
  }

  /**
   * What the item's own outcomes prove: its click-through rate smoothed towards hardly any. Unlike `ctr` it changes with these outcomes
   * alone, each of which `changes` tells, so that an order by it can be kept.
   */
  provenCtr(itemKey: number): number {
    const row = this.rows.find(itemKey);
    if (row < 0) return this.smoothed(0, 0, UNPROVEN_CTR); // to the bit what it is in a row without outcomes
    return this.smoothed(this.clicksBy[row]!, this.examinedBy[row]!, UNPROVEN_CTR);
  }

  /** The half-life that has found most of what people engaged with next, s. */
  get bestWindowSeconds(): number {
    return POPULARITY_SECONDS[this.windows.best]!;
  }

  /** Of the smoothed CTR: clicks and examined impressions without one, those of the prior included. */
  evidence(itemKey: number): { clicks: number; others: number } {
    const row = this.rows.find(itemKey);
    const strength = this.settings.priorImpressions;
    const own = row < 0 ? 0 : this.clicksBy[row]!;
    const clicks = own + strength * this.overallCtr();
    const impressions = row < 0 ? 0 : Math.max(this.examinedBy[row]!, own);
    return { clicks, others: Math.max(impressions + strength - clicks, strength * 1e-3) };
  }

  /** Decayed popularity. @param windowSeconds one of POPULARITY_SECONDS; another takes the next longer one */
  popularity(itemKey: number, now: number, windowSeconds: number): number {
    return this.popularityOf(this.rows.find(itemKey), windowOf(windowSeconds), now);
  }

  /** For several readings of one item; −1 for one that is not known. */
  rowOf(itemKey: number): number {
    return this.rows.find(itemKey);
  }

  /** Decayed popularity of a row. @param window its number (decayed-sums.ts) */
  popularityOf(row: number, window: number, now: number): number {
    return row < 0 ? 0 : this.popularities.at(row, window, now);
  }

  /** log2 of the same, cheaper; −∞ when nobody engaged with it. */
  log2PopularityOf(row: number, window: number, now: number): number {
    return row < 0 ? -Infinity : this.popularities.log2At(row, window, now);
  }

  /** By which items of a window compare at any time alike (decayed-sums.ts); −∞ when nobody engaged with it. @param window its number */
  popularityOrder(itemKey: number, window: number): number {
    const row = this.rows.find(itemKey);
    return row < 0 ? -Infinity : this.popularities.orderOf(row, window);
  }

  /** The n most popular items and their popularity, best first; up to LEADERS_MAX. */
  trending(n: number, now: number, windowSeconds: number = this.bestWindowSeconds): RankedKeys {
    return this.popularities.top(n, now, windowOf(windowSeconds), this.rows.keys);
  }

  /** Their keys into `out`, without the numbers. @param window its number. @returns how many */
  trendingKeys(n: number, now: number, window: number, out: Float64Array): number {
    return this.popularities.topKeys(n, now, window, this.rows.keys, out);
  }

  encode(writer: ByteWriter): void {
    const rows = this.rows.size;
    this.encodeTotals(writer);
    this.rows.encode(writer);
    writer.array(this.impressionsBy.subarray(0, rows));
    writer.array(this.examinedBy.subarray(0, rows));
    writer.array(this.clicksBy.subarray(0, rows));
    this.popularities.encode(writer, rows);
  }

  decode(reader: ByteReader): void {
    this.decodeTotals(reader);
    this.rows.decode(reader);
    const rows = this.rows.size;
    this.fit();
    reader.array(this.impressionsBy.subarray(0, rows));
    reader.array(this.examinedBy.subarray(0, rows));
    reader.array(this.clicksBy.subarray(0, rows));
    this.changes.reset();
    this.engaged.reset();
    this.popularities.decode(reader, rows);
  }

  encodeRows(writer: ByteWriter, rows: Uint32Array): void {
    this.encodeTotals(writer);
    writer.ascending(rows);
    for (const row of rows) {
      const impressions = this.impressionsBy[row]!;
      const examined = this.examinedBy[row]!;
      const has = this.newsBy[row]! | (examined === impressions ? 0 : EXAMINED);
      this.newsBy[row] = 0;
      writer.u8(has);
      if (has & KEYED) writer.f64(this.rows.keys[row]!);
      writer.varint(impressions);
      if (has & EXAMINED) writer.f64(examined);
      writer.varint(this.clicksBy[row]!);
      if (has & ENGAGED) this.popularities.encodeRow(writer, row);
    }
  }

  decodeRows(reader: ByteReader): void {
    this.decodeTotals(reader);
    for (const row of reader.ascending(this.settings.itemsMax)) {
      const has = reader.u8();
      if (has & KEYED) {
        if (row < this.rows.size) this.displaced(this.rows.keys[row]!);
        this.rows.place(row, reader.f64());
        this.fit();
        this.popularities.clearRow(row, this.rows.size);
      }
      this.impressionsBy[row] = reader.varint();
      this.examinedBy[row] = has & EXAMINED ? reader.f64() : this.impressionsBy[row]!;
      this.clicksBy[row] = reader.varint();
      this.changes.note(this.rows.keys[row]!);
      if (has & ENGAGED) {
        this.popularities.decodeRow(reader, row, this.rows.size);
        this.engaged.note(this.rows.keys[row]!);
      }
    }
  }

  private smoothed(clicks: number, examined: number, towards: number): number {
    const strength = this.settings.priorImpressions;
    return (clicks + strength * towards) / (Math.max(examined, clicks) + strength);
  }

  private judgeWindows(row: number): void {
    this.windows.record((window) => {
      const rank = row < 0 ? -1 : this.popularities.rankOf(row, window);
      return rank >= 0 && rank < HIT_RANK;
    });
  }

  private encodeTotals(writer: ByteWriter): void {
    writer.f64(this.totalExamined);
    writer.f64(this.totalClicks);
    this.windows.encode(writer);
  }

  private decodeTotals(reader: ByteReader): void {
    this.totalExamined = reader.f64();
    this.totalClicks = reader.f64();
    this.windows.decode(reader);
  }

  private claim(itemKey: number): number {
    const before = this.rows.size;
    const row = this.rows.claim(itemKey);
    this.fit();
    if (this.rows.recycled || row === before) this.newsBy[row] = KEYED;
    if (this.rows.recycled) {
      this.displaced(this.rows.displaced);
      this.impressionsBy[row] = this.examinedBy[row] = this.clicksBy[row] = 0;
      this.popularities.clearRow(row, this.rows.size);
    }
    this.dirty.mark(row);
    return row;
  }

  private displaced(itemKey: number): void {
    this.changes.note(itemKey);
    this.engaged.note(itemKey);
  }

  private fit(): void {
    while (this.impressionsBy.length < this.rows.size) {
      this.impressionsBy = widened(this.impressionsBy);
      this.examinedBy = widened(this.examinedBy);
      this.clicksBy = widened(this.clicksBy);
      this.newsBy = widened(this.newsBy);
    }
    this.popularities.fit(this.rows.size);
  }
}
