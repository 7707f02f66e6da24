/**
 * Which items the same people engage with: for each item its strongest neighbours, by shrunk cosine
 *
 *     score(a, b) = c_ab / √((m_a + λ)(m_b + λ))
 *
 * c_ab counts engagements with one while the other was recent, times the engagement's weight, halved for each
 * day between the two and decayed by event time; m is the sum of an item's counts. Bounded: the weakest of
 * `NEIGHBOURS_MAX` neighbours makes room for a new one, and keyed-rows.ts bounds the items.
 */
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { DirtyRows } from './dirty-rows.js';
import { KeyedRows } from './keyed-rows.js';
import type { ModelTable } from './model-table.js';
import type { RankedKeys } from './popularity-table.js';

export const NEIGHBOURS_MAX = 48;
/** λ: evidence below it is shrunk towards 0. */
const SHRINKAGE = 5;
/** An engagement this much after the other counts half. */
const PAIR_HALF_LIFE_SECONDS = 86_400;

export interface CoVisitationSettings {
  readonly covisitationItemsMax: number;
  readonly covisitationHalfLifeSeconds: number;
}

interface Row {
  readonly keys: Float64Array;
  readonly counts: Float32Array;
  size: number;
  /** m: f32. */
  readonly mass: Float32Array;
  /** Event time to which counts and mass are decayed, ms. */
  updatedAt: number;
}

export class CoVisitation implements ModelTable {
  readonly dirty = new DirtyRows(1024);
  readonly rowBytesMax = 5 + 8 + 8 + 4 + 1 + NEIGHBOURS_MAX * 12;
  private readonly items: KeyedRows;
  private readonly rows: Row[] = [];
  private readonly halfLifeMs: number;

  constructor(private readonly settings: CoVisitationSettings) {
    this.items = new KeyedRows(settings.covisitationItemsMax);
    this.halfLifeMs = settings.covisitationHalfLifeSeconds * 1000;
  }

  recordEngagement(
    itemKey: number,
    weight: number,
    timestamp: number,
    recentKeys: readonly number[],
    recentAgesSeconds: readonly number[],
  ): void {
    if (!(weight > 0)) return;
    for (let i = 0; i < recentKeys.length; i++) {
      const other = recentKeys[i]!;
      if (other === itemKey) continue;
      const count = weight * 2 ** (-Math.max(0, recentAgesSeconds[i]!) / PAIR_HALF_LIFE_SECONDS);
      this.add(itemKey, other, count, timestamp);
      this.add(other, itemKey, count, timestamp);
    }
  }

  /** The item's neighbours, best first. */
  neighbours(itemKey: number): RankedKeys {
    const at = this.items.find(itemKey);
    if (at < 0) return { keys: [], scores: [] };
    const row = this.rows[at]!;
    const ranked = Array.from({ length: row.size }, (_, i) => ({
      key: row.keys[i]!,
      score: this.similarity(row, i),
    }));
    ranked.sort((a, b) => b.score - a.score || a.key - b.key);
    return {
      keys: ranked.map((neighbour) => neighbour.key),
      scores: ranked.map((neighbour) => neighbour.score),
    };
  }

  encode(writer: ByteWriter): void {
    this.items.encode(writer);
    for (const row of this.rows) encodeRow(writer, row);
  }

  decode(reader: ByteReader): void {
    this.items.decode(reader);
    for (let i = 0; i < this.items.size; i++) decodeRow(reader, this.rowAt(i));
  }

  encodeRows(writer: ByteWriter, rows: Uint32Array): void {
    writer.ascending(rows);
    for (const at of rows) {
      writer.f64(this.items.keys[at]!);
      encodeRow(writer, this.rows[at]!);
    }
  }

  decodeRows(reader: ByteReader): void {
    for (const at of reader.ascending(this.settings.covisitationItemsMax)) {
      this.items.place(at, reader.f64());
      decodeRow(reader, this.rowAt(at));
    }
  }

  private add(itemKey: number, neighbour: number, count: number, timestamp: number): void {
    const at = this.items.claim(itemKey);
    const row = this.rowAt(at);
    if (this.items.recycled) row.size = row.mass[0] = row.updatedAt = 0;
    this.dirty.mark(at);
    const fresh = this.decay(row, timestamp) * count;
    row.mass[0]! += fresh;
    let slot = slotOf(row, neighbour);
    if (slot < 0) {
      slot = row.size < NEIGHBOURS_MAX ? row.size++ : weakest(row);
      row.keys[slot] = neighbour;
      row.counts[slot] = 0;
    }
    row.counts[slot]! += fresh;
  }

  /** Brings the row to the event's time; returns the factor of an event older than the row. */
  private decay(row: Row, timestamp: number): number {
    const elapsed = timestamp - row.updatedAt;
    if (elapsed <= 0) return 2 ** (elapsed / this.halfLifeMs);
    const factor = 2 ** (-elapsed / this.halfLifeMs);
    for (let i = 0; i < row.size; i++) row.counts[i]! *= factor;
    row.mass[0]! *= factor;
    row.updatedAt = timestamp;
    return 1;
  }

  private similarity(row: Row, i: number): number {
    const at = this.items.find(row.keys[i]!);
    const other = at < 0 ? undefined : this.rows[at];
    const time = Math.max(row.updatedAt, other?.updatedAt ?? 0);
    const own = 2 ** (-(time - row.updatedAt) / this.halfLifeMs);
    const theirs = other
      ? other.mass[0]! * 2 ** (-(time - other.updatedAt) / this.halfLifeMs)
      : row.counts[i]! * own;
    return (row.counts[i]! * own) / Math.sqrt((row.mass[0]! * own + SHRINKAGE) * (theirs + SHRINKAGE));
  }

  private rowAt(at: number): Row {
    while (this.rows.length <= at) {
      this.rows.push({
        keys: new Float64Array(NEIGHBOURS_MAX),
        counts: new Float32Array(NEIGHBOURS_MAX),
        size: 0,
        mass: new Float32Array(1),
        updatedAt: 0,
      });
    }
    return this.rows[at]!;
  }
}

function slotOf(row: Row, key: number): number {
  for (let i = 0; i < row.size; i++) if (row.keys[i] === key) return i;
  return -1;
}

function weakest(row: Row): number {
  let at = 0;
  for (let i = 1; i < row.size; i++) if (row.counts[i]! < row.counts[at]!) at = i;
  return at;
}

function encodeRow(writer: ByteWriter, row: Row): void {
  writer.f64(row.updatedAt);
  writer.f32(row.mass[0]!);
  writer.u8(row.size);
  writer.array(row.keys.subarray(0, row.size));
  writer.array(row.counts.subarray(0, row.size));
}

function decodeRow(reader: ByteReader, row: Row): void {
  row.updatedAt = reader.f64();
  row.mass[0] = reader.f32();
  row.size = Math.min(reader.u8(), NEIGHBOURS_MAX);
  reader.array(row.keys.subarray(0, row.size));
  reader.array(row.counts.subarray(0, row.size));
}
