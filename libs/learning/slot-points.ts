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

/**
 * What hosts are told of `slots`, in that order, from a learner's first rows.
 * @param learnt of rows that learn
 * @param to rows that predict
 */
export function copyPoints(learnt: FtrlWeights, to: SlotRows, slots: Uint32Array): void {
  const { rows: from } = learnt;
  for (let i = 0; i < slots.length; i++) {
    const slot = slots[i]!;
    const [tail, told] = [from.cell(i, 0), to.cell(slot, 0)];
    for (const name of LINEAR)
      to.floats[told + to.columns[name]] = servedWeight(from.floats[tail + from.columns[name]]!);
    to.words[told + to.columns.information] = learnt.information(i);
    to.floats[told + to.columns.shown] = roundedCount(from.floats[tail + from.columns.shown]!);
    to.floats[told + to.columns.clicked] = roundedCount(from.floats[tail + from.columns.clicked]!);
    const [row, into] = [from.row(i), to.row(slot)];
    for (let f = 0; f < from.factors; f++) to.floats[into + f] = servedFactor(from.floats[row + f]!);
  }
}

/** The bit that stands for a factor among a slot's changes; assembly/factors.ts, groupBits. */
function factorBit({ blocks }: SlotRows, factor: number): number {
  const bit = blocks <= 2 ? factor : Math.floor((factor >> 2) / Math.ceil(blocks / 8));
  return 1 << (FACTORS_SHIFT + bit);
}
