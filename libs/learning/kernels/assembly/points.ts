/**
 * Changed slots as deltas carry them (../../slot-points.ts tells the layout): sorted, read, and written as varints. What a delta tells
 * lies all over the memory, so rows are touched some at a time before they are read: the waits overlap.
 */
import {
  changesOf,
  CLICKED,
  FACTOR_POINTS,
  FACTORS_SHIFT,
  FM,
  forget,
  FTRL,
  INFORMATION,
  INFORMATION_SHIFT,
  LINEAR_POINTS,
  NOISE_POINTS,
  OLR,
  point,
  roundedCount,
  SHOWN,
} from './grid';
import { COUNT_CLICKED, COUNT_SHOWN, N, W_FM, W_FTRL, W_OLR } from './tail';
import { touchRow, touched } from './touch';

/** Slots touched ahead: so many rows fit the first cache. */
const AHEAD: i32 = 64;
/** (127 − 3) << 3: the code of 2⁻³; see ../../ftrl-weights.ts. */
const CODE_BASE: i32 = 124 << 3;
const CODE_MAX: i32 = 255;

/** Radix sort of `count` slots of up to 2 · `bits` bits, ascending. @param scratch for as many slots, and behind it 2^bits words */
export function sortSlots(slots: usize, count: i32, bits: i32, scratch: usize): void {
  sortByDigit(slots, scratch, count, bits, 0);
  sortByDigit(scratch, slots, count, bits, bits);
}

@inline
function sortByDigit(from: usize, to: usize, count: i32, bits: i32, shift: i32): void {
  const places = max<usize>(from, to) + (<usize>count << 2);
  const mask = (1 << bits) - 1;
  memory.fill(places, 0, <usize>4 << bits);
  for (let i: usize = 0; i < <usize>count; i++) {
    const place = places + (<usize>((load<u32>(from + (i << 2)) >> shift) & mask) << 2);
    store<u32>(place, load<u32>(place) + 1);
  }
  let next: u32 = 0;
  for (let digit: usize = 0; digit <= <usize>mask; digit++) {
    const here = load<u32>(places + (digit << 2));
    store<u32>(places + (digit << 2), next);
    next += here;
  }
  for (let i: usize = 0; i < <usize>count; i++) {
    const slot = load<u32>(from + (i << 2));
    const place = places + (<usize>((slot >> shift) & mask) << 2);
    const at = load<u32>(place);
    store<u32>(place, at + 1);
    store<u32>(to + (<usize>at << 2), slot);
  }
}

/** Writes what changed of these slots, which ascend, and forgets that it did. @returns where the bytes end */
export function writePoints(
  slots: usize,
  count: i32,
  rows: usize,
  stride: usize,
  blocks: i32,
  factors: i32,
  out: usize,
): usize {
  let before: u32 = 0;
  for (let from = 0; from < count; from += AHEAD) {
    const to = min(count, from + AHEAD);
    let seen: u32 = 0;
    for (let i: usize = from; i < <usize>to; i++) {
      const slot = load<u32>(slots + (i << 2));
      seen ^= touchRow(rows + <usize>slot * stride, stride) ^ changesOf(slot);
    }
    touched(seen);
    for (let i: usize = from; i < <usize>to; i++) {
      const slot = load<u32>(slots + (i << 2));
      const changes = changesOf(slot);
      forget(slot);
      out = varint(varint(out, slot - before), changes);
      out = writeRow(rows + <usize>slot * stride, blocks, factors, changes, out);
      before = slot;
    }
  }
  return out;
}

@inline
function writeRow(row: usize, blocks: i32, factors: i32, changes: u32, out: usize): usize {
  const tail = row + (<usize>blocks << 4);
  if (changes & SHOWN) out = varint(out, roundedCount(<u32>load<f32>(tail + COUNT_SHOWN)));
  if (changes & CLICKED) out = varint(out, roundedCount(<u32>load<f32>(tail + COUNT_CLICKED)));
  if (changes & INFORMATION) store<u8>(out++, informationOf(load<u32>(tail + N)));
  if (changes & FTRL) out = signed(out, point(load<f32>(tail + W_FTRL), LINEAR_POINTS));
  if (changes & FM) out = signed(out, point(load<f32>(tail + W_FM), LINEAR_POINTS));
  if (changes & OLR) out = signed(out, point(load<f32>(tail + W_OLR), LINEAR_POINTS));
  if (changes >> FACTORS_SHIFT == 0) return out;
  const grouped = blocks <= 2 ? 1 : (blocks + 7) >> 3;
  for (let f = 0; f < factors; f++) {
    const bit = blocks <= 2 ? f : (f >> 2) / grouped;
    if (((changes >> FACTORS_SHIFT) & (1 << bit)) == 0) continue;
    const known = point(load<f32>(row + (<usize>f << 2)), FACTOR_POINTS);
    out = signed(out, abs<f32>(known) > NOISE_POINTS ? known : 0);
  }
  return out;
}

/** LEB128. @returns where it ends */
@inline
function varint(out: usize, value: u32): usize {
  while (value >= 0x80) {
    store<u8>(out++, value | 0x80);
    value >>= 7;
  }
  store<u8>(out, value);
  return out + 1;
}

/** Zigzag. */
@inline
function signed(out: usize, value: f32): usize {
  const integer = <i32>value;
  return varint(out, (integer << 1) ^ (integer >> 31));
}

@inline
function informationOf(n: u32): i32 {
  return max(0, min(CODE_MAX, <i32>(n >> INFORMATION_SHIFT) - CODE_BASE));
}
