/** What the channel mix says of many candidates (../../next-item/mix-layer.ts). See learners.ts. */

/** Units of the hidden layer, and the bytes of theirs; two to a vector, twelve at a time. */
const HIDDEN: usize = 24;
const HIDDEN_BYTES: usize = HIDDEN << 3;
const TWELVE_BYTES: usize = 12 << 3;
const LEAK: f64 = 0.01;

@inline
function leaky(v: v128): v128 {
  return v128.bitselect(v, f64x2.mul(v, f64x2.splat(LEAK)), f64x2.gt(v, f64x2.splat(0)));
}

/** Twelve units of one candidate. Each sums in the signals' order. @param inner their weights of the first signal */
@inline
function twelve(signals: usize, width: usize, inner: usize, start: usize, hidden: usize): void {
  let a = v128.load(start);
  let b = v128.load(start, 16);
  let c = v128.load(start, 32);
  let d = v128.load(start, 48);
  let e = v128.load(start, 64);
  let f = v128.load(start, 80);
  const end = signals + (width << 2);
  for (let at = signals, row = inner; at < end; at += 4, row += HIDDEN_BYTES) {
    const s = f64x2.splat(<f64>load<f32>(at));
    a = f64x2.add(a, f64x2.mul(v128.load(row), s));
    b = f64x2.add(b, f64x2.mul(v128.load(row, 16), s));
    c = f64x2.add(c, f64x2.mul(v128.load(row, 32), s));
    d = f64x2.add(d, f64x2.mul(v128.load(row, 48), s));
    e = f64x2.add(e, f64x2.mul(v128.load(row, 64), s));
    f = f64x2.add(f, f64x2.mul(v128.load(row, 80), s));
  }
  v128.store(hidden, leaky(a));
  v128.store(hidden, leaky(b), 16);
  v128.store(hidden, leaky(c), 32);
  v128.store(hidden, leaky(d), 48);
  v128.store(hidden, leaky(e), 64);
  v128.store(hidden, leaky(f), 80);
}

/**
 * Log-odds of `count` candidates: what the layer says, and the weighted sum of the signals.
 * @param signals f32, `width` of each candidate. @param inner f64, HIDDEN weights of each signal. @param start f64, what each unit begins with
 * @param outer f64, a weight a unit. @param sums f64, a weight a signal. @param hidden receives the units of each candidate. @param out f64
 */
export function mixLogits(
  signals: usize,
  width: usize,
  count: i32,
  inner: usize,
  start: usize,
  outer: usize,
  sums: usize,
  hidden: usize,
  out: usize,
): void {
  for (let i = 0; i < count; i++) {
    twelve(signals, width, inner, start, hidden);
    twelve(signals, width, inner + TWELVE_BYTES, start + TWELVE_BYTES, hidden + TWELVE_BYTES);
    let sum: f64 = 0;
    for (let j: usize = 0; j < HIDDEN_BYTES; j += 8) sum += load<f64>(outer + j) * load<f64>(hidden + j);
    for (let k: usize = 0; k < width; k++) sum += load<f64>(sums + (k << 3)) * <f64>load<f32>(signals + (k << 2));
    store<f64>(out, sum);
    out += 8;
    hidden += HIDDEN_BYTES;
    signals += width << 2;
  }
}
