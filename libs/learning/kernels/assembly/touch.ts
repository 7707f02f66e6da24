/**
 * Rows lie all over the memory, and WebAssembly has no instruction to fetch ahead. Reading a word of each, before any of them is
 * needed, does the same: none of the reads waits for another, so the processor waits for all of them at once.
 */

/** Where what was read ends up, so that no compiler leaves the reads out. */
const TOUCHED: usize = 20;
const LINE: usize = 64;

/** Both lines of a row, or all of them. @returns something, for `touched` */
@inline
export function touchRow(row: usize, stride: usize): u32 {
  let seen = load<u32>(row + stride - 4);
  for (let at: usize = 0; at < stride; at += LINE) seen ^= load<u32>(row + at);
  return seen;
}

@inline
export function touched(seen: u32): void {
  store<u32>(TOUCHED, seen);
}

/** The rows of a sample that is about to be predicted and learnt. */
export function touch(rows: usize, stride: usize, slots: usize, length: i32): void {
  let seen: u32 = 0;
  for (let i: usize = 0; i < <usize>length; i++)
    seen ^= touchRow(rows + <usize>load<u32>(slots + (i << 2)) * stride, stride);
  touched(seen);
}
