/**
 * The inner loops of the learners, in AssemblyScript: compiled to WebAssembly with SIMD by scripts/compile-kernels.mjs. The
 * equations stand in the classes that call them (ftrl-proximal.ts, factorisation-machine.ts, online-logistic-regression.ts).
 *
 * Addresses and strides are in bytes. `tail` is the address of slot 0's tail, `rows` that of its row: see slot-rows.ts, whose
 * layout this file shares. No loop allocates, and every operation is IEEE 754 in a fixed order: equal inputs give equal bits on
 * every machine.
 */

/** Offsets in a learner's tail. FTRL's stand together, with a fourth that it leaves as it is: one vector. */
const W_FTRL: usize = 0;
const Z: usize = 4;
const N: usize = 8;
const W_FM: usize = 16;
const W_OLR: usize = 20;
const W_SQUARES: usize = 24;
/** Behind the tail: Σ g² of each factor. */
const FACTOR_SQUARES: usize = 32;

const FTRL_GRADIENT_MAX: f32 = 100;
const FM_GRADIENT_MAX: f32 = 10;
const OLR_STEP_MAX: f32 = 1;
/** G_θ before a coordinate's first step. */
const FIRST_SQUARES: f32 = 1;
const SIGN: i32 = 0x80000000;

// What hosts know: weights on a grid (grid.ts), so that most steps change nothing that has to be told

/** Points of the grid a unit, of linear weights and of factors. */
const LINEAR_POINTS: f32 = 64;
const FACTOR_POINTS: f32 = 128;
/** Factors up to as many points are noise: hosts know nothing of them. */
const NOISE_POINTS: f32 = 2;
/** Points lie within ± this. */
const POINT_MAX: f32 = 1048576;

/** Addresses of: the slots' marks (u16 each), the list of slots with changes, and its length. */
const MARKS: usize = 0;
const LIST: usize = 4;
const LISTED: usize = 8;
/** Bits of a mark: cells that moved on the grid since the last delta... */
const CHANGES: u32 = 0x7fff;
const INFORMATION: u32 = 1 << 2;
const FTRL: u32 = 1 << 3;
const FM: u32 = 1 << 4;
const OLR: u32 = 1 << 5;
/** ... of factors one bit each up to eight, then of groups of them; and whether the slot was ever updated. */
const FACTORS_SHIFT: u32 = 6;
const TOUCHED: u32 = 1 << 15;
/** Bits of n below those that hosts know, and the n below which they know nothing (ftrl-weights.ts). */
const INFORMATION_SHIFT: i32 = 20;
const INFORMATION_MIN: f32 = 0.125;

@inline
function point(weight: f32, points: f32): f32 {
  return max<f32>(-POINT_MAX, min<f32>(POINT_MAX, nearest<f32>(weight * points)));
}

@inline
function pointsOf(weights: v128, points: f32): v128 {
  const limit = f32x4.splat(POINT_MAX);
  return f32x4.max(f32x4.neg(limit), f32x4.min(limit, f32x4.nearest(f32x4.mul(weights, f32x4.splat(points)))));
}

@inline
function factorPoints(factors: v128): v128 {
  const points = pointsOf(factors, FACTOR_POINTS);
  return v128.and(points, f32x4.gt(f32x4.abs(points), f32x4.splat(NOISE_POINTS)));
}

function touch(slot: u32): void {
  const at = <usize>load<u32>(MARKS) + (<usize>slot << 1);
  store<u16>(at, <u16>(<u32>load<u16>(at) | TOUCHED));
}

function note(slot: u32, changes: u32): void {
  const at = <usize>load<u32>(MARKS) + (<usize>slot << 1);
  const before = <u32>load<u16>(at);
  store<u16>(at, <u16>(before | changes));
  if ((before & CHANGES) != 0) return;
  const listed = load<u32>(LISTED);
  store<u32>(<usize>load<u32>(LIST) + (<usize>listed << 2), slot);
  store<u32>(LISTED, listed + 1);
}

/** sum + Σ w_i x_i over the sample's features from .. to − 1. @param column address of slot 0's weight */
export function dot(column: usize, stride: usize, slots: usize, values: usize, from: i32, to: i32, sum: f64): f64 {
  for (let i: usize = from; i < <usize>to; i++) {
    const w = load<f32>(column + <usize>load<u32>(slots + (i << 2)) * stride);
    sum += <f64>w * <f64>load<f32>(values + (i << 2));
  }
  return sum;
}

/** The same with weights as hosts know them. */
export function dotOnGrid(
  column: usize,
  stride: usize,
  slots: usize,
  values: usize,
  from: i32,
  to: i32,
  sum: f64,
): f64 {
  for (let i: usize = from; i < <usize>to; i++) {
    const w = point(load<f32>(column + <usize>load<u32>(slots + (i << 2)) * stride), LINEAR_POINTS) / LINEAR_POINTS;
    sum += <f64>w * <f64>load<f32>(values + (i << 2));
  }
  return sum;
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
  let i = 0;
  while (i < length) {
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
        cut += stepFour(a, b, c, d, x0, x1, x2, x3, slots + (<usize>i << 2), gradient, perAlpha, beta, l1, l2);
        i += 4;
        continue;
      }
    }
    const x = valueAt(values, i);
    cut += stepFour(a, spare, spare, spare, x, 0, 0, 0, slots + (<usize>i << 2), gradient, perAlpha, beta, l1, l2);
    i++;
  }
  return cut;
}

/** Steps of four coordinates whose tails differ, or are spare. @param slots address of the first one's slot */
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
  slots: usize,
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
  const moved = i32x4.bitmask(f32x4.ne(pointsOf(w, LINEAR_POINTS), pointsOf(weight, LINEAR_POINTS)));
  const least = f32x4.splat(INFORMATION_MIN);
  const informed = i32x4.bitmask(
    i32x4.ne(
      i32x4.shr_u(f32x4.max(n, least), INFORMATION_SHIFT),
      i32x4.shr_u(f32x4.max(total, least), INFORMATION_SHIFT),
    ),
  );
  if ((moved | informed) != 0) noteFour(slots, moved, informed);
  const wzA = v128.shuffle<f32>(weight, next, 0, 4, 1, 5);
  const wzC = v128.shuffle<f32>(weight, next, 2, 6, 3, 7);
  const noA = v128.shuffle<f32>(total, other, 0, 4, 1, 5);
  const noC = v128.shuffle<f32>(total, other, 2, 6, 3, 7);
  v128.store(a, v128.shuffle<f32>(wzA, noA, 0, 1, 4, 5));
  v128.store(b, v128.shuffle<f32>(wzA, noA, 2, 3, 6, 7));
  v128.store(c, v128.shuffle<f32>(wzC, noC, 0, 1, 4, 5));
  v128.store(d, v128.shuffle<f32>(wzC, noC, 2, 3, 6, 7));
  return cut;
}

/** @param moved a bit a lane: its weight did, and `informed` its information */
function noteFour(slots: usize, moved: i32, informed: i32): void {
  for (let lane: usize = 0; lane < 4; lane++) {
    const changes = ((moved >> <i32>lane) & 1) * FTRL | ((informed >> <i32>lane) & 1) * INFORMATION;
    if (changes != 0) note(load<u32>(slots + (lane << 2)), changes);
  }
}

/** What follows from z and n, for every slot: after they were read from a snapshot. */
export function deriveFtrl(tails: usize, stride: usize, count: i32, perAlpha: f32, beta: f32, l1: f32, l2: f32): void {
  for (let slot: usize = 0; slot < <usize>count; slot++) {
    const tail = tails + slot * stride;
    const n = v128.load32_splat(tail + N);
    const w = weights(
      v128.load32_splat(tail + Z),
      f32x4.sqrt(n),
      f32x4.splat(perAlpha),
      f32x4.splat(beta),
      f32x4.splat(l1),
      f32x4.splat(l2),
    );
    store<f32>(tail + W_FTRL, f32x4.extract_lane(w, 0));
  }
}

// Online logistic regression

/** w_i −= clip(step x_i). @returns steps cut */
export function updateOlr(tails: usize, stride: usize, slots: usize, values: usize, length: i32, step: f32): i32 {
  let cut = 0;
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
    if (point(before, LINEAR_POINTS) != point(after, LINEAR_POINTS)) note(slot, OLR);
  }
  return cut;
}

// Factorisation machine

/**
 * Adds features from .. to − 1 to sums_f = Σ_i v_if x_i (`blocks` times four of them) and to the four partial sums of
 * Σ_f Σ_i v_if² x_i² behind them.
 */
@inline
function addFactorsFrom(
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
  from: i32,
  to: i32,
  sums: usize,
): void {
  addFactorsFrom(rows, stride, blocks, slots, values, from, to, sums, false);
}

/** The same with factors as hosts know them. */
export function addFactorsOnGrid(
  rows: usize,
  stride: usize,
  blocks: i32,
  slots: usize,
  values: usize,
  from: i32,
  to: i32,
  sums: usize,
): void {
  addFactorsFrom(rows, stride, blocks, slots, values, from, to, sums, true);
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
  for (let i: usize = 0; i < <usize>length; i++) {
    const slot = load<u32>(slots + (i << 2));
    const tail = tails + <usize>slot * stride;
    if (load<f32>(tail + W_SQUARES) != 0) continue;
    store<f32>(tail + W_SQUARES, FIRST_SQUARES);
    touch(slot);
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
      if (lanes != 0) changes |= groupBits(lanes, <u32>block, <u32>blocks) << FACTORS_SHIFT;
    }
    if (changes != 0) note(slot, changes);
  }
}

/** Of the factors of a block that moved: a bit each, or beyond two blocks one for their group. */
@inline
function groupBits(lanes: i32, block: u32, blocks: u32): u32 {
  return blocks <= 2 ? <u32>lanes << (block << 2) : 1 << (block / ((blocks + 7) >> 3));
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
    let changes: u32 = point(w, LINEAR_POINTS) != point(next, LINEAR_POINTS) ? FM : 0;
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
      const moved = f32x4.sub(v, f32x4.div(f32x4.mul(alphas, gs), f32x4.sqrt(squares)));
      v128.store(at, moved);
      const lanes = i32x4.bitmask(f32x4.ne(factorPoints(v), factorPoints(moved)));
      if (lanes != 0) changes |= groupBits(lanes, <u32>block, <u32>blocks) << FACTORS_SHIFT;
    }
    if (changes != 0) note(slot, changes);
  }
  return cut;
}
