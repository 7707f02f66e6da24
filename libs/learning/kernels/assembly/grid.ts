/**
 * What hosts know: weights on a grid (../grid.ts), so that most steps change nothing that has to be told. And the notes of those that
 * do, for the next delta (../changed-slots.ts).
 */

/** Points of the grid a unit, of linear weights and of factors. */
export const LINEAR_POINTS: f32 = 64;
export const FACTOR_POINTS: f32 = 128;
/** Factors up to as many points are noise: hosts know nothing of them. */
export const NOISE_POINTS: f32 = 2;
/** Points lie within ± this. */
const POINT_MAX: f32 = 1048576;

/** Addresses of: the slots' marks (u16 each), the list of slots with changes, its length; staged notes, and the next one's place. */
const MARKS: usize = 0;
const LIST: usize = 4;
const LISTED: usize = 8;
const STAGE: usize = 12;
const NEXT: usize = 16;
/** Of the stage, which ../changed-slots.ts lays out. A note is a slot and its changes, u32 each. */
const STAGE_BYTES: usize = 32768;
const NOTE_SHIFT: i32 = 3;
/** Bits of a mark: cells that moved on the grid since the last delta... */
export const SHOWN: u32 = 1;
export const CLICKED: u32 = 1 << 1;
export const INFORMATION: u32 = 1 << 2;
export const FTRL: u32 = 1 << 3;
export const FM: u32 = 1 << 4;
export const OLR: u32 = 1 << 5;
/** ... of factors one bit each up to eight, then of groups of them. */
export const FACTORS_SHIFT: u32 = 6;
/** Binary digits of a count that hosts know. */
const DIGITS: i32 = 5;
/** Bits of n below those that hosts know, and the n below which they know nothing (ftrl-weights.ts). */
export const INFORMATION_SHIFT: i32 = 20;
export const INFORMATION_MIN: f32 = 0.125;

@inline
export function point(weight: f32, points: f32): f32 {
  return max<f32>(-POINT_MAX, min<f32>(POINT_MAX, nearest<f32>(weight * points)));
}

@inline
function nearestPoints(weights: v128, points: f32): v128 {
  return f32x4.nearest(f32x4.mul(weights, f32x4.splat(points)));
}

/** Of factors: those that are more than noise, the others 0. */
@inline
function aboveNoise(points: v128): v128 {
  return v128.and(points, f32x4.gt(f32x4.abs(points), f32x4.splat(NOISE_POINTS)));
}

@inline
export function factorPoints(factors: v128): v128 {
  const limit = f32x4.splat(POINT_MAX);
  const points = f32x4.max(f32x4.neg(limit), f32x4.min(limit, nearestPoints(factors, FACTOR_POINTS)));
  return aboveNoise(points);
}

/** Lanes whose points differ; beyond ± POINT_MAX also some that hosts take for equal. */
@inline
export function moved(before: v128, after: v128, points: f32): i32 {
  return i32x4.bitmask(f32x4.ne(nearestPoints(before, points), nearestPoints(after, points)));
}

/** The same of factors. */
@inline
export function factorsMoved(before: v128, after: v128): i32 {
  const known = aboveNoise(nearestPoints(before, FACTOR_POINTS));
  return i32x4.bitmask(f32x4.ne(known, aboveNoise(nearestPoints(after, FACTOR_POINTS))));
}

/** The count with its highest binary digits alone: those that hosts know. */
@inline
export function roundedCount(count: u32): u32 {
  const shift = max(0, 32 - DIGITS - <i32>clz(count));
  return ((count + ((1 << shift) >> 1)) >> shift) << shift;
}

/** Makes room for the notes of a step of so many features. @returns the next note's place: for `stage`, then `staged` */
@inline
export function room(features: i32): usize {
  if (<usize>load<u32>(NEXT) + ((<usize>features + 4) << NOTE_SHIFT) > <usize>load<u32>(STAGE) + STAGE_BYTES) settle();
  return load<u32>(NEXT);
}

/**
 * Notes a slot's changes, if there are any; without a branch, for whether there are is a toss-up. Marks are far apart in memory, so
 * a step does not wait for them: `settle` writes many at once. @returns the next note's place
 */
@inline
export function stage(next: usize, slot: u32, changes: u32): usize {
  store<u32>(next, slot);
  store<u32>(next, changes, 4);
  return next + (<usize>(changes != 0) << NOTE_SHIFT);
}

@inline
export function staged(next: usize): void {
  store<u32>(NEXT, <u32>next);
}

/** Marks and lists the slots of the staged notes. */
export function settle(): void {
  const marks = <usize>load<u32>(MARKS);
  const end = <usize>load<u32>(NEXT);
  const begin = <usize>load<u32>(STAGE);
  let last = <usize>load<u32>(LIST) + (<usize>load<u32>(LISTED) << 2);
  for (let at = begin; at < end; at += 1 << NOTE_SHIFT) {
    const slot = load<u32>(at);
    const mark = marks + (<usize>slot << 1);
    const before = <u32>load<u16>(mark);
    store<u16>(mark, <u16>(before | load<u32>(at, 4)));
    store<u32>(last, slot);
    last += <usize>(before == 0) << 2;
  }
  store<u32>(LISTED, <u32>((last - <usize>load<u32>(LIST)) >> 2));
  store<u32>(NEXT, <u32>begin);
}

@inline
function markAt(slot: u32): usize {
  return <usize>load<u32>(MARKS) + (<usize>slot << 1);
}

/** What changed of a slot. */
@inline
export function changesOf(slot: u32): u32 {
  return load<u16>(markAt(slot));
}

@inline
export function forget(slot: u32): void {
  store<u16>(markAt(slot), 0);
}
