/**
 * Impressions and clicks by slot. The ratio mixes examination with relevance wherever better items stand
 * higher: a baseline and a picture, not a propensity.
 */
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { DirtyRows } from './dirty-rows.js';
import type { RowTable } from './model-table.js';

/** Slots beyond this share the last row. */
export const POSITIONS_MAX = 128;

/** One row of a delta: the whole table. */
const WHOLE = 0;

export class PositionStatistics implements RowTable {
  readonly dirty = new DirtyRows(1);
  readonly rowBytesMax = 2 * (POSITIONS_MAX + 1) * 8;
  private readonly impressionsBy = new Float64Array(POSITIONS_MAX + 1);
  private readonly clicksBy = new Float64Array(POSITIONS_MAX + 1);

  recordImpression(position: number): void {
    this.impressionsBy[rowOf(position)]! += 1;
    this.dirty.mark(WHOLE);
  }

  recordClick(position: number): void {
    this.clicksBy[rowOf(position)]! += 1;
    this.dirty.mark(WHOLE);
  }

  /** Slots from 1 up to the last one that was ever shown. */
  curve(): { position: number; impressions: number; clicks: number }[] {
    let last = POSITIONS_MAX;
    while (last > 0 && this.impressionsBy[last] === 0 && this.clicksBy[last] === 0) last--;
    return Array.from({ length: last }, (_, i) => ({
      position: i + 1,
      impressions: this.impressionsBy[i + 1]!,
      clicks: this.clicksBy[i + 1]!,
    }));
  }

  encode(writer: ByteWriter): void {
    for (const counts of [this.impressionsBy, this.clicksBy])
      for (const count of counts) writer.varint(count);
  }

  decode(reader: ByteReader): void {
    for (const counts of [this.impressionsBy, this.clicksBy])
      for (let i = 0; i < counts.length; i++) counts[i] = reader.varint();
  }

  encodeRows(writer: ByteWriter, rows: Uint32Array): void {
    writer.u8(rows.length);
    if (rows.length > 0) this.encode(writer);
  }

  decodeRows(reader: ByteReader): void {
    if (reader.u8() > 0) this.decode(reader);
  }
}

function rowOf(position: number): number {
  return position >= 1 ? Math.min(Math.floor(position), POSITIONS_MAX) : 0;
}
