/**
 * Slots as deltas carry them, and as hosts keep them: values on the grid (kernels/grid.ts), absolute, and only those that moved. In
 * batches that end with an empty one:
 *
 *     count varint | count × ( distance from the slot before varint | changes varint |
 *         shown varint | clicked varint | information u8 | ftrl, fm, olr points (zigzag varint) | factor points... )
 *
 * `changes` says which of them are there (kernels/changed-slots.ts). kernels/assembly/points.ts writes them.
 */
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import type { FtrlWeights } from './ftrl-weights.js';
import { CHANGE, FACTORS_SHIFT, POINTS_BYTES } from './kernels/changed-slots.js';
import { FACTOR_POINTS, LINEAR_POINTS, roundedCount, servedFactor, servedWeight } from './kernels/grid.js';
import type { SlotRows } from './kernels/slot-rows.js';

const VARINT_BYTES = 5;
/** Most bytes of a slot but for its factors. */
const SLOT_BYTES = VARINT_BYTES + 3 + 2 * VARINT_BYTES + 1 + 3 * VARINT_BYTES;
const LINEAR = ['ftrl', 'fm', 'olr'] as const;

/** Takes out as many changed slots as fit. @returns the bytes that are left */
export function encodeSlots(rows: SlotRows, writer: ByteWriter, bytesMax: number): number {
  const changed = rows.changed!;
  const slotBytes = SLOT_BYTES + VARINT_BYTES * rows.factors;
  const end = writer.length + bytesMax - 1;
  while (changed.size > 0) {
    const bytes = Math.min(POINTS_BYTES, end - writer.length - VARINT_BYTES);
    const room = Math.floor(bytes / slotBytes);
    if (room <= 0) break;
    const slots = changed.take(room);
    writer.varint(slots.length);
    writer.raw(changed.tell(slots, rows));
  }
  writer.varint(0);
  return Math.max(0, end - writer.length);
}

/** The inverse of `encodeSlots`, into rows that predict. */
export function decodeSlots(rows: SlotRows, reader: ByteReader): void {
  for (let count = reader.count(); count > 0; count = reader.count()) {
    let slot = 0;
    for (; count > 0; count--) {
      slot = reader.below(rows.slots, slot);
      decodeSlot(rows, slot, reader.varint(), reader);
    }
  }
}

function decodeSlot(rows: SlotRows, slot: number, changes: number, reader: ByteReader): void {
  const { floats, columns, factors } = rows;
  const tail = rows.cell(slot, 0);
  const row = rows.row(slot);
  if (changes & CHANGE.shown) floats[tail + columns.shown] = reader.varint();
  if (changes & CHANGE.clicked) floats[tail + columns.clicked] = reader.varint();
  if (changes & CHANGE.information) rows.words[tail + columns.information] = reader.u8();
  for (const name of LINEAR)
    if (changes & CHANGE[name]) floats[tail + columns[name]] = reader.signed() / LINEAR_POINTS;
  for (let f = 0; f < factors; f++)
    if (changes & factorBit(rows, f)) floats[row + f] = reader.signed() / FACTOR_POINTS;
}

/** What a host would know of a slot of a learner's, by the part of the state that has it. @param to rows that predict */
const POINTS = {
  ftrl(from: FtrlWeights, slot: number, to: SlotRows, told: number): void {
    to.floats[to.cell(told, to.columns.ftrl)] = servedWeight(from.weight(slot));
    to.words[to.cell(told, to.columns.information)] = from.information(slot);
  },
  fm({ rows }: FtrlWeights, slot: number, to: SlotRows, told: number): void {
    to.floats[to.cell(told, to.columns.fm)] = servedWeight(rows.floats[rows.cell(slot, rows.columns.fm)]!);
    const [from, into] = [rows.row(slot), to.row(told)];
    for (let f = 0; f < rows.factors; f++) to.floats[into + f] = servedFactor(rows.floats[from + f]!);
  },
  olr({ rows }: FtrlWeights, slot: number, to: SlotRows, told: number): void {
    to.floats[to.cell(told, to.columns.olr)] = servedWeight(rows.floats[rows.cell(slot, rows.columns.olr)]!);
  },
  rates({ rows }: FtrlWeights, slot: number, to: SlotRows, told: number): void {
    const [from, into] = [rows.cell(slot, 0), to.cell(told, 0)];
    to.floats[into + to.columns.shown] = roundedCount(rows.floats[from + rows.columns.shown]!);
    to.floats[into + to.columns.clicked] = roundedCount(rows.floats[from + rows.columns.clicked]!);
  },
};
export type RowsPart = keyof typeof POINTS;
export const ROWS_PARTS = Object.keys(POINTS) as RowsPart[];

/** The points of `slots`, in that order, from a learner's first rows. @param from of rows that learn. @param to rows that predict */
export function copyPoints(part: RowsPart, from: FtrlWeights, to: SlotRows, slots: Uint32Array): void {
  const copy = POINTS[part];
  for (let i = 0; i < slots.length; i++) copy(from, i, to, slots[i]!);
}

/** The bit that stands for a factor among a slot's changes; assembly/factors.ts, groupBits. */
function factorBit({ blocks }: SlotRows, factor: number): number {
  const bit = blocks <= 2 ? factor : Math.floor((factor >> 2) / Math.ceil(blocks / 8));
  return 1 << (FACTORS_SHIFT + bit);
}
