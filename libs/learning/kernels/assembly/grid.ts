/**
 * What hosts know: weights on a grid (../grid.ts), so that most steps change nothing that has to be told. And the notes of those that
 * do, for the next delta (../changed-slots.ts).
 */

/** Points of the grid a unit, of linear weights and of factors. */
export const LINEAR_POINTS: f32 = 64;
export const FACTOR_POINTS: f32 = 128;
/** Factors up to as many points are noise: hosts know nothing of them. */
const NOISE_POINTS: f32 = 2;
/** Points lie within ± this. */
const POINT_MAX: f32 = 1048576;

/** Addresses of: the slots' marks (u16 each), the list of slots with changes, and its length. */
const MARKS: usize = 0;
const LIST: usize = 4;
const LISTED: usize = 8;
/** Bits of a mark: cells that moved on the grid since the last delta... */
export const INFORMATION: u32 = 1 << 2;
export const FTRL: u32 = 1 << 3;
export const FM: u32 = 1 << 4;
export const OLR: u32 = 1 << 5;
/** ... of factors one bit each up to eight, then of groups of them. */
export const FACTORS_SHIFT: u32 = 6;
/** Bits of n below those that hosts know, and the n below which they know nothing (ftrl-weights.ts). */
export const INFORMATION_SHIFT: i32 = 20;
export const INFORMATION_MIN: f32 = 0.125;

@inline
export function point(weight: f32, points: f32): f32 {
  return max<f32>(-POINT_MAX, min<f32>(POINT_MAX, nearest<f32>(weight * points)));
}

@inline
function pointsOf(weights: v128, points: f32): v128 {
  const limit = f32x4.splat(POINT_MAX);
  return f32x4.max(f32x4.neg(limit), f32x4.min(limit, f32x4.nearest(f32x4.mul(weights, f32x4.splat(points)))));
}

@inline
export function factorPoints(factors: v128): v128 {
  const points = pointsOf(factors, FACTOR_POINTS);
  return v128.and(points, f32x4.gt(f32x4.abs(points), f32x4.splat(NOISE_POINTS)));
}

/** Lanes whose points differ; beyond ± POINT_MAX also some that hosts take for equal. */
@inline
export function moved(before: v128, after: v128, points: f32): i32 {
  const scale = f32x4.splat(points);
  return i32x4.bitmask(
    f32x4.ne(f32x4.nearest(f32x4.mul(before, scale)), f32x4.nearest(f32x4.mul(after, scale))),
  );
}

export function note(slot: u32, changes: u32): void {
  const at = <usize>load<u32>(MARKS) + (<usize>slot << 1);
  const before = <u32>load<u16>(at);
  store<u16>(at, <u16>(before | changes));
  if (before != 0) return;
  const listed = load<u32>(LISTED);
  store<u32>(<usize>load<u32>(LIST) + (<usize>listed << 2), slot);
  store<u32>(LISTED, listed + 1);
}
