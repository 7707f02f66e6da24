/** Weights of one number a slot: their sums, and the steps of FTRL-Proximal and of online logistic regression. See learners.ts. */
import {
  FTRL,
  INFORMATION,
  INFORMATION_MIN,
  INFORMATION_SHIFT,
  LINEAR_POINTS,
  moved,
  OLR,
  point,
  room,
  stage,
  staged,
} from './grid';
import { N, W_FTRL, W_OLR, Z } from './tail';

const FTRL_GRADIENT_MAX: f32 = 100;
const OLR_STEP_MAX: f32 = 1;
const SIGN: i32 = 0x80000000;

@inline
function dotOf(
  column: usize,
  stride: usize,
  slots: usize,
  values: usize,
  length: i32,
  start: f64,
  onGrid: bool,
): f64 {
  let sum = start;
  for (let i: usize = 0; i < <usize>length; i++) {
    let w = load<f32>(column + <usize>load<u32>(slots + (i << 2)) * stride);
    if (onGrid) w = point(w, LINEAR_POINTS) / LINEAR_POINTS;
    sum += <f64>w * <f64>load<f32>(values + (i << 2));
  }
  return sum;
}

/** sum + Σ w_i x_i over the sample's features. @param column address of slot 0's weight */
export function dot(column: usize, stride: usize, slots: usize, values: usize, length: i32, sum: f64): f64 {
  return dotOf(column, stride, slots, values, length, sum, false);
}

/** The same with weights as hosts know them. */
export function dotOnGrid(column: usize, stride: usize, slots: usize, values: usize, length: i32, sum: f64): f64 {
  return dotOf(column, stride, slots, values, length, sum, true);
}

// FTRL-Proximal: four coordinates at a time, their [w, z, n, other] turned into four vectors and back

@inline
function weights(z: v128, root: v128, perAlpha: v128, beta: v128, l1: v128, l2: v128): v128 {
  const signed = v128.or(l1, v128.and(z, i32x4.splat(SIGN)));
  const w = f32x4.div(f32x4.sub(signed, z), f32x4.add(f32x4.mul(f32x4.add(beta, root), perAlpha), l2));
  return v128.and(w, f32x4.gt(f32x4.abs(z), l1));
}

/** The address of the tail of the sample's feature `i`. */
@inline
function tailAt(tails: usize, stride: usize, slots: usize, i: i32): usize {
  return tails + <usize>load<u32>(slots + (<usize>i << 2)) * stride;
}

@inline
function valueAt(values: usize, i: i32): f32 {
  return load<f32>(values + (<usize>i << 2));
}

/**
 * One step. Features go four at a time; the last few, and four among which a slot stands twice, one after the other.
 * @param spare address of a tail's length that nobody reads. @param perAlpha 1/α. @returns gradients cut
 */
export function updateFtrl(
  tails: usize,
  stride: usize,
  slots: usize,
  values: usize,
  length: i32,
  spare: usize,
  gradient: f32,
  perAlpha: f32,
  beta: f32,
  l1: f32,
  l2: f32,
): i32 {
  let cut = 0;
  let next = room(length);
  let i = 0;
  while (i < length) {
    const at = slots + (<usize>i << 2);
    const a = tailAt(tails, stride, slots, i);
    if (i + 3 < length) {
      const b = tailAt(tails, stride, slots, i + 1);
      const c = tailAt(tails, stride, slots, i + 2);
      const d = tailAt(tails, stride, slots, i + 3);
      if (a != b && a != c && a != d && b != c && b != d && c != d) {
        const x0 = valueAt(values, i);
        const x1 = valueAt(values, i + 1);
        const x2 = valueAt(values, i + 2);
        const x3 = valueAt(values, i + 3);
        const step = stepFour(a, b, c, d, x0, x1, x2, x3, gradient, perAlpha, beta, l1, l2);
        cut += step >> CUT_SHIFT;
        next = stageLane(stageLane(stageLane(stageLane(next, at, step, 0), at, step, 1), at, step, 2), at, step, 3);
        i += 4;
        continue;
      }
    }
    const x = valueAt(values, i);
    const step = stepFour(a, spare, spare, spare, x, 0, 0, 0, gradient, perAlpha, beta, l1, l2);
    cut += step >> CUT_SHIFT;
    next = stageLane(next, at, step, 0);
    i++;
  }
  staged(next);
  return cut;
}

/** Of what a step of four says: a bit a lane whose weight moved, then one whose information did, then the gradients cut. */
const INFORMED_SHIFT: i32 = 4;
const CUT_SHIFT: i32 = 8;

/** @param slots address of the four's slots. @param step what stepFour said. @returns the next note's place */
@inline
function stageLane(next: usize, slots: usize, step: i32, lane: i32): usize {
  const weighed = (step >> lane) & 1;
  const informed = (step >> (INFORMED_SHIFT + lane)) & 1;
  return stage(next, load<u32>(slots + (<usize>lane << 2)), weighed * FTRL | informed * INFORMATION);
}

/** Steps of four coordinates whose tails differ, or are spare. @returns what moved, and the gradients cut */
@inline
function stepFour(
  a: usize,
  b: usize,
  c: usize,
  d: usize,
  x0: f32,
  x1: f32,
  x2: f32,
  x3: f32,
  gradient: f32,
  perAlpha: f32,
  beta: f32,
  l1: f32,
  l2: f32,
): i32 {
  let cut = 0;
  const xs = f32x4.replace_lane(f32x4.replace_lane(f32x4.replace_lane(f32x4.splat(x0), 1, x1), 2, x2), 3, x3);
  let g = f32x4.mul(f32x4.splat(gradient), xs);
  const limit = f32x4.splat(FTRL_GRADIENT_MAX);
  const over = f32x4.gt(f32x4.abs(g), limit);
  if (v128.any_true(over)) {
    cut = popcnt<i32>(i32x4.bitmask(over));
    g = f32x4.max(f32x4.neg(limit), f32x4.min(limit, g));
  }
  const ra = v128.load(a);
  const rb = v128.load(b);
  const rc = v128.load(c);
  const rd = v128.load(d);
  const wzLow = v128.shuffle<f32>(ra, rb, 0, 4, 1, 5);
  const wzHigh = v128.shuffle<f32>(rc, rd, 0, 4, 1, 5);
  const noLow = v128.shuffle<f32>(ra, rb, 2, 6, 3, 7);
  const noHigh = v128.shuffle<f32>(rc, rd, 2, 6, 3, 7);
  const w = v128.shuffle<f32>(wzLow, wzHigh, 0, 1, 4, 5);
  const z = v128.shuffle<f32>(wzLow, wzHigh, 2, 3, 6, 7);
  const n = v128.shuffle<f32>(noLow, noHigh, 0, 1, 4, 5);
  const other = v128.shuffle<f32>(noLow, noHigh, 2, 3, 6, 7);
  const total = f32x4.add(n, f32x4.mul(g, g));
  const root = f32x4.sqrt(total);
  const per = f32x4.splat(perAlpha);
  const sigma = f32x4.mul(f32x4.sub(root, f32x4.sqrt(n)), per);
  const next = f32x4.sub(f32x4.add(z, g), f32x4.mul(sigma, w));
  const weight = weights(next, root, per, f32x4.splat(beta), f32x4.splat(l1), f32x4.splat(l2));
  const weighed = moved(w, weight, LINEAR_POINTS);
  const least = f32x4.splat(INFORMATION_MIN);
  const informed = i32x4.bitmask(
    i32x4.ne(
      i32x4.shr_u(f32x4.max(n, least), INFORMATION_SHIFT),
      i32x4.shr_u(f32x4.max(total, least), INFORMATION_SHIFT),
    ),
  );
  const wzA = v128.shuffle<f32>(weight, next, 0, 4, 1, 5);
  const wzC = v128.shuffle<f32>(weight, next, 2, 6, 3, 7);
  const noA = v128.shuffle<f32>(total, other, 0, 4, 1, 5);
  const noC = v128.shuffle<f32>(total, other, 2, 6, 3, 7);
  v128.store(a, v128.shuffle<f32>(wzA, noA, 0, 1, 4, 5));
  v128.store(b, v128.shuffle<f32>(wzA, noA, 2, 3, 6, 7));
  v128.store(c, v128.shuffle<f32>(wzC, noC, 0, 1, 4, 5));
  v128.store(d, v128.shuffle<f32>(wzC, noC, 2, 3, 6, 7));
  return weighed | (informed << INFORMED_SHIFT) | (cut << CUT_SHIFT);
}

// Online logistic regression

/** w_i −= clip(step x_i). @returns steps cut */
export function updateOlr(tails: usize, stride: usize, slots: usize, values: usize, length: i32, step: f32): i32 {
  let cut = 0;
  let next = room(length);
  for (let i: usize = 0; i < <usize>length; i++) {
    const slot = load<u32>(slots + (i << 2));
    const at = tails + <usize>slot * stride + W_OLR;
    let move = step * load<f32>(values + (i << 2));
    if (abs<f32>(move) > OLR_STEP_MAX) {
      move = copysign<f32>(OLR_STEP_MAX, move);
      cut++;
    }
    const before = load<f32>(at);
    const after = before - move;
    store<f32>(at, after);
    const changed = nearest<f32>(before * LINEAR_POINTS) != nearest<f32>(after * LINEAR_POINTS);
    next = stage(next, slot, <u32>changed * OLR);
  }
  staged(next);
  return cut;
}
