/**
 * Impressions and clicks of each item by the slots it was shown in, decayed with the item's own outcomes, so that they
 * follow it. Bounded: SLOTS_MAX slots an item (the one met least makes room), `itemsMax` items.
 */
import { widened } from '#kernel';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { KeyedRows } from './keyed-rows.js';
import type { WholePowers } from './whole-powers.js';

/** Slots kept of one item. */
export const SLOTS_MAX = 32;
/** Outcomes of an item after which older ones weigh 1/e. */
const ITEM_MEMORY = 4_000;
const KEPT = 1 - 1 / ITEM_MEMORY;
const FIRST_ROWS = 1024;

export class ItemSlots {
  private readonly rows: KeyedRows;
  /** Of the owner: when the row was last written, in outcomes. */
  private writtenBy = new Float64Array(FIRST_ROWS);
  private lengthBy = new Uint8Array(FIRST_ROWS);
  private cellBy = new Uint16Array(FIRST_ROWS * SLOTS_MAX);
  private shownBy = new Float32Array(FIRST_ROWS * SLOTS_MAX);
  private clickedBy = new Float32Array(FIRST_ROWS * SLOTS_MAX);

  constructor(itemsMax: number) {
    this.rows = new KeyedRows(itemsMax);
  }

  get size(): number {
    return this.rows.size;
  }

  /** @param now the owner's count of outcomes */
  record(itemKey: number, cell: number, label: 0 | 1, now: number): void {
    const row = this.rows.claim(itemKey);
    this.fit();
    if (this.rows.recycled) this.lengthBy[row] = 0;
    this.writtenBy[row] = now;
    const from = row * SLOTS_MAX;
    const end = from + this.lengthBy[row]!;
    let at = -1;
    const { cellBy, shownBy, clickedBy } = this;
    for (let i = from; i < end; i++) {
      shownBy[i]! *= KEPT;
      clickedBy[i]! *= KEPT;
      if (cellBy[i] === cell) at = i;
    }
    if (at < 0) at = this.open(row, cell);
    this.shownBy[at]! += 1;
    this.clickedBy[at]! += label;
  }

  /** See ReadAhead. */
  touch(itemKey: number): number {
    const row = this.rows.find(itemKey);
    const at = row * SLOTS_MAX;
    return row < 0 ? 0 : this.writtenBy[row]! + this.cellBy[at]! + this.shownBy[at]! + this.clickedBy[at]!;
  }

  /** A click of an impression that is counted already; nothing when it has been forgotten. */
  revise(itemKey: number, cell: number): void {
    const row = this.rows.find(itemKey);
    if (row < 0) return;
    const from = row * SLOTS_MAX;
    for (let at = from; at < from + this.lengthBy[row]!; at++)
      if (this.cellBy[at] === cell) this.clickedBy[at]! += 1;
  }

  /**
   * Adds what the item says of its slots: clicks there, and what its clicks elsewhere lead to expect of an examined slot.
   * @param kept of an outcome's weight, after so many more
   */
  weigh(
    row: number,
    examination: Float64Array,
    kept: WholePowers,
    now: number,
    clicks: Float64Array,
    expected: Float64Array,
  ): void {
    const { cellBy, shownBy, clickedBy } = this;
    const length = this.lengthBy[row]!;
    if (length < 2) return;
    const from = row * SLOTS_MAX;
    const end = from + length;
    let clicked = 0;
    for (let i = from; i < end; i++) clicked += clickedBy[i]!;
    if (clicked === 0) return;
    let examined = 0;
    for (let i = from; i < end; i++) examined += shownBy[i]! * examination[cellBy[i]!]!;
    if (examined <= 0) return;
    const share = kept.of(now - this.writtenBy[row]!) / examined;
    for (let i = from; i < end; i++) {
      const cell = cellBy[i]!;
      const shown = shownBy[i]!;
      clicks[cell]! += share * clickedBy[i]! * (examined - shown * examination[cell]!);
      expected[cell]! += share * shown * (clicked - clickedBy[i]!);
    }
  }

  encode(writer: ByteWriter): void {
    const rows = this.rows.size;
    this.rows.encode(writer);
    writer.array(this.writtenBy.subarray(0, rows));
    writer.array(this.lengthBy.subarray(0, rows));
    for (let row = 0; row < rows; row++) {
      const from = row * SLOTS_MAX;
      const end = from + this.lengthBy[row]!;
      for (let i = from; i < end; i++) {
        writer.varint(this.cellBy[i]!);
        writer.f32(this.shownBy[i]!);
        writer.f32(this.clickedBy[i]!);
      }
    }
  }

  decode(reader: ByteReader): void {
    this.rows.decode(reader);
    this.fit();
    const rows = this.rows.size;
    reader.array(this.writtenBy.subarray(0, rows));
    reader.array(this.lengthBy.subarray(0, rows));
    for (let row = 0; row < rows; row++) {
      const from = row * SLOTS_MAX;
      const end = from + this.lengthBy[row]!;
      for (let i = from; i < end; i++) {
        this.cellBy[i] = reader.varint();
        this.shownBy[i] = reader.f32();
        this.clickedBy[i] = reader.f32();
      }
    }
  }

  private open(row: number, cell: number): number {
    const from = row * SLOTS_MAX;
    let at = from + this.lengthBy[row]!;
    if (this.lengthBy[row]! < SLOTS_MAX) this.lengthBy[row]!++;
    else {
      at = from;
      for (let i = from; i < from + SLOTS_MAX; i++) if (this.shownBy[i]! < this.shownBy[at]!) at = i;
    }
    this.cellBy[at] = cell;
    this.shownBy[at] = this.clickedBy[at] = 0;
    return at;
  }

  private fit(): void {
    while (this.writtenBy.length < this.rows.size) {
      const rows = this.writtenBy.length * 2;
      this.writtenBy = widened(this.writtenBy);
      this.lengthBy = copied(new Uint8Array(rows), this.lengthBy);
      this.cellBy = copied(new Uint16Array(rows * SLOTS_MAX), this.cellBy);
      this.shownBy = copied(new Float32Array(rows * SLOTS_MAX), this.shownBy);
      this.clickedBy = copied(new Float32Array(rows * SLOTS_MAX), this.clickedBy);
    }
  }
}

function copied<A extends Uint8Array | Uint16Array | Float32Array>(wider: A, values: A): A {
  wider.set(values);
  return wider;
}
