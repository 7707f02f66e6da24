/** The factorisation machine: its sums, its first factors, its steps. See learners.ts. */
import { FACTOR_POINTS, factorPoints, factorsMoved, FACTORS_SHIFT, FM, LINEAR_POINTS, room, stage, staged } from './grid';
import { FACTOR_SQUARES, W_FM, W_SQUARES } from './tail';

const FM_GRADIENT_MAX: f32 = 10;
/** G_θ before a coordinate's first step. */
const FIRST_SQUARES: f32 = 1;

/**
 * Adds features from .. to − 1 to sums_f = Σ_i v_if x_i (`blocks` times four of them) and to the four partial sums of
 * Σ_f Σ_i v_if² x_i² behind them.
 */
@inline
export function addFactorsFrom(
  rows: usize,
  stride: usize,
  blocks: i32,
  slots: usize,
  values: usize,
  from: i32,
  to: i32,
  sums: usize,
  onGrid: bool,
): void {
  const squaresAt = sums + (<usize>blocks << 4);
  let squares = v128.load(squaresAt);
  for (let block: usize = 0; block < <usize>blocks; block++) {
    let sum = v128.load(sums + (block << 4));
    for (let i: usize = from; i < <usize>to; i++) {
      let v = v128.load(rows + <usize>load<u32>(slots + (i << 2)) * stride + (block << 4));
      if (onGrid) v = f32x4.div(factorPoints(v), f32x4.splat(FACTOR_POINTS));
      const term = f32x4.mul(v, v128.load32_splat(values + (i << 2)));
      sum = f32x4.add(sum, term);
      squares = f32x4.add(squares, f32x4.mul(term, term));
    }
    v128.store(sums + (block << 4), sum);
  }
  v128.store(squaresAt, squares);
}

export function addFactors(
  rows: usize,
  stride: usize,
  blocks: i32,
  slots: usize,
  values: usize,
  length: i32,
  sums: usize,
): void {
  addFactorsFrom(rows, stride, blocks, slots, values, 0, length, sums, false);
}

/** The same with factors as hosts know them. */
export function addFactorsOnGrid(
  rows: usize,
  stride: usize,
  blocks: i32,
  slots: usize,
  values: usize,
  length: i32,
  sums: usize,
): void {
  addFactorsFrom(rows, stride, blocks, slots, values, 0, length, sums, true);
}

@inline
function lanes(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
  );
}

/** ½ Σ_f [ sums_f² − Σ_i v_if² x_i² ] */
export function pairs(sums: usize, blocks: i32): f32 {
  let total = f32x4.neg(v128.load(sums + (<usize>blocks << 4)));
  for (let block: usize = 0; block < <usize>blocks; block++) {
    const sum = v128.load(sums + (block << 4));
    total = f32x4.add(total, f32x4.mul(sum, sum));
  }
  return 0.5 * lanes(total);
}

@inline
function mix(value: u32): u32 {
  let h = value;
  h = (h ^ (h >> 16)) * 0x85ebca6b;
  h = (h ^ (h >> 13)) * 0xc2b2ae35;
  return h ^ (h >> 16);
}

@inline
function combine(a: u32, b: u32): u32 {
  return mix((a * 0x9e3779b1) ^ (b + 0x7f4a7c15 + (a << 6) + (a >> 2)));
}

/** A factor before its first step: uniform with standard deviation `scale`, from the hash of slot, factor and seed. */
export function initialFactor(slot: u32, factor: u32, seed: u32, scale: f64): f32 {
  const hash = combine(combine(slot, factor), seed);
  return <f32>((((<f64>hash + 0.5) / 2147483648.0 - 1) * sqrt<f64>(3)) * scale);
}

/** Gives first factors to the sample's rows that have none, and counts them in the sums. */
export function bear(
  rows: usize,
  stride: usize,
  blocks: i32,
  factors: u32,
  slots: usize,
  values: usize,
  length: i32,
  sums: usize,
  seed: u32,
  scale: f64,
): void {
  const tails = rows + (<usize>blocks << 4);
  let next = room(length);
  for (let i: usize = 0; i < <usize>length; i++) {
    const slot = load<u32>(slots + (i << 2));
    const tail = tails + <usize>slot * stride;
    if (load<f32>(tail + W_SQUARES) != 0) continue;
    store<f32>(tail + W_SQUARES, FIRST_SQUARES);
    const row = rows + <usize>slot * stride;
    const x = load<f32>(values + (i << 2));
    for (let f: u32 = 0; f < <u32>blocks << 2; f++) {
      const at = <usize>f << 2;
      store<f32>(tail + FACTOR_SQUARES + at, FIRST_SQUARES);
      if (f >= factors) continue;
      const v = initialFactor(slot, f, seed, scale);
      store<f32>(row + at, v);
      store<f32>(sums + at, load<f32>(sums + at) + v * x);
    }
    let changes: u32 = 0;
    for (let block: usize = 0; block < <usize>blocks; block++) {
      const known = factorPoints(v128.load(row + (block << 4)));
      const lanes = i32x4.bitmask(f32x4.ne(known, f32x4.splat(0)));
      changes |= groupBits(lanes, <u32>block, <u32>blocks) << FACTORS_SHIFT;
    }
    next = stage(next, slot, changes);
  }
  staged(next);
}

/** Of the factors of a block that moved: a bit each, or beyond two blocks one for their group. */
@inline
function groupBits(lanes: i32, block: u32, blocks: u32): u32 {
  return blocks <= 2 ? <u32>lanes << (block << 2) : <u32>(lanes != 0) << (block / ((blocks + 7) >> 3));
}

/** AdaGrad's step of w and of every factor of the sample's features. @returns gradients cut */
export function updateFm(
  rows: usize,
  stride: usize,
  blocks: i32,
  slots: usize,
  values: usize,
  length: i32,
  sums: usize,
  gradient: f32,
  alpha: f32,
  l2: f32,
): i32 {
  let cut = 0;
  const tailAt = <usize>blocks << 4;
  const limit = f32x4.splat(FM_GRADIENT_MAX);
  const alphas = f32x4.splat(alpha);
  const shrink = f32x4.splat(l2);
  let note = room(length);
  for (let i: usize = 0; i < <usize>length; i++) {
    const slot = load<u32>(slots + (i << 2));
    const row = rows + <usize>slot * stride;
    const tail = row + tailAt;
    const x = load<f32>(values + (i << 2));
    const scaled = gradient * x;
    const w = load<f32>(tail + W_FM);
    let g = scaled + l2 * w;
    if (abs<f32>(g) > FM_GRADIENT_MAX) {
      g = copysign<f32>(FM_GRADIENT_MAX, g);
      cut++;
    }
    const total = load<f32>(tail + W_SQUARES) + g * g;
    store<f32>(tail + W_SQUARES, total);
    const next = w - (alpha * g) / sqrt<f32>(total);
    store<f32>(tail + W_FM, next);
    let changes = <u32>(nearest<f32>(w * LINEAR_POINTS) != nearest<f32>(next * LINEAR_POINTS)) * FM;
    const xs = f32x4.splat(x);
    const scales = f32x4.splat(scaled);
    for (let block: usize = 0; block < <usize>blocks; block++) {
      const at = row + (block << 4);
      const squaresAt = tail + FACTOR_SQUARES + (block << 4);
      const v = v128.load(at);
      const rest = f32x4.sub(v128.load(sums + (block << 4)), f32x4.mul(v, xs));
      let gs = f32x4.add(f32x4.mul(scales, rest), f32x4.mul(shrink, v));
      const over = f32x4.gt(f32x4.abs(gs), limit);
      if (v128.any_true(over)) {
        cut += popcnt<i32>(i32x4.bitmask(over));
        gs = f32x4.max(f32x4.neg(limit), f32x4.min(limit, gs));
      }
      const squares = f32x4.add(v128.load(squaresAt), f32x4.mul(gs, gs));
      v128.store(squaresAt, squares);
      const after = f32x4.sub(v, f32x4.div(f32x4.mul(alphas, gs), f32x4.sqrt(squares)));
      v128.store(at, after);
      changes |= groupBits(factorsMoved(v, after), <u32>block, <u32>blocks) << FACTORS_SHIFT;
    }
    note = stage(note, slot, changes);
  }
  staged(note);
  return cut;
}
