/**
 * What hosts know of a slot: its weights on a grid, its counts in five binary digits. Most steps of the learners are much smaller
 * than the grid, so most of them change nothing that hosts have to be told. A grid value follows from the learner's state alone, so
 * a host's weights follow from the log, too; the learner's own `score` reads the same ones, bit for bit.
 *
 * The grid is chosen so that a prediction of 30 features errs by about .02 in log-odds. assembly/grid.ts shares it.
 */
/** Points of the grid a unit: of linear weights, and of factors. */
export const LINEAR_POINTS = 64;
export const FACTOR_POINTS = 128;
/** Factors up to as many points are taken for 0: what they begin with (`fm.initScale` .01) is noise, and not worth telling. */
const NOISE_POINTS = 2;
/** Points lie within ± this. */
const POINT_MAX = 2 ** 20;
/** What is added rounds a number of f64 to an integer, halves to the even one, as WebAssembly's `nearest` does. */
const ROUNDER = 1.5 * 2 ** 52;
const DIGITS = 5;

/** An integer. @param weight f32 */
export function pointOf(weight: number, points: number): number {
  const point = weight * points + ROUNDER - ROUNDER;
  return point > POINT_MAX ? POINT_MAX : point < -POINT_MAX ? -POINT_MAX : point;
}

/** The same of a factor. */
export function factorPointOf(factor: number): number {
  const point = pointOf(factor, FACTOR_POINTS);
  return Math.abs(point) <= NOISE_POINTS ? 0 : point;
}

/** A weight, and a factor, as hosts know it; theirs stay as they are. */
export const servedWeight = (weight: number): number => pointOf(weight, LINEAR_POINTS) / LINEAR_POINTS;
export const servedFactor = (factor: number): number => factorPointOf(factor) / FACTOR_POINTS;

/** The count with its five highest binary digits: within 3 %, and exact up to 32. @param count an integer */
export function roundedCount(count: number): number {
  if (count <= 2 ** DIGITS) return count;
  const unit = 2 ** (32 - DIGITS - Math.clz32(count));
  return Math.floor(count / unit + 0.5) * unit;
}
