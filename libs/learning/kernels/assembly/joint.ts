/** All learners' sums over one sample at once: their weights stand side by side in a row. See learners.ts. */
import { addFactorsFrom, pairs } from './factors';
import { LINEAR_POINTS, point } from './grid';
import { W_FM, W_FTRL, W_OLR } from './tail';

/** Behind a set of the machine's sums (../slot-rows.ts): Σ w_i x_i of FTRL, of the machine, of the logistic regression, f64 each. */
const LINEAR: usize = 488;

@inline
function weightAt(at: usize, onGrid: bool): f64 {
  const w = load<f32>(at);
  return <f64>(onGrid ? point(w, LINEAR_POINTS) / LINEAR_POINTS : w);
}

@inline
function jointOf(
  rows: usize,
  stride: usize,
  blocks: i32,
  slots: usize,
  values: usize,
  from: i32,
  to: i32,
  opened: usize,
  sums: usize,
  onGrid: bool,
): f32 {
  const tails = rows + (<usize>blocks << 4);
  let ftrl = load<f64>(opened + LINEAR);
  let fm = load<f64>(opened + LINEAR + 8);
  let olr = load<f64>(opened + LINEAR + 16);
  for (let i: usize = from; i < <usize>to; i++) {
    const tail = tails + <usize>load<u32>(slots + (i << 2)) * stride;
    const x = <f64>load<f32>(values + (i << 2));
    ftrl += weightAt(tail + W_FTRL, onGrid) * x;
    fm += weightAt(tail + W_FM, onGrid) * x;
    olr += weightAt(tail + W_OLR, onGrid) * x;
  }
  store<f64>(sums + LINEAR, ftrl);
  store<f64>(sums + LINEAR + 8, fm);
  store<f64>(sums + LINEAR + 16, olr);
  for (let block: usize = 0; block <= <usize>blocks; block++)
    v128.store(sums + (block << 4), v128.load(opened + (block << 4)));
  addFactorsFrom(rows, stride, blocks, slots, values, from, to, sums, onGrid);
  return pairs(sums, blocks);
}

/**
 * Continues the sums at `opened` over the features from .. to − 1, into `sums`, bit for bit as `dot` and `addFactors` would one after the
 * other. @returns what the machine's pairs add to its linear sum
 */
export function joint(
  rows: usize,
  stride: usize,
  blocks: i32,
  slots: usize,
  values: usize,
  from: i32,
  to: i32,
  opened: usize,
  sums: usize,
): f32 {
  return jointOf(rows, stride, blocks, slots, values, from, to, opened, sums, false);
}

/** The same with weights as hosts know them. */
export function jointOnGrid(
  rows: usize,
  stride: usize,
  blocks: i32,
  slots: usize,
  values: usize,
  from: i32,
  to: i32,
  opened: usize,
  sums: usize,
): f32 {
  return jointOf(rows, stride, blocks, slots, values, from, to, opened, sums, true);
}
