/**
 * The direction of a user's taste in one number: TASTE_DIMENSIONS values of −3 .. 3, three bits each, 48 bits in all, exact
 * in a double. 0: nothing is known. Part of the FEEDBACK format; libs/features makes them from interests.
 */
export const TASTE_DIMENSIONS = 16;
const LEVELS = 8;
const ZERO = 4;
const LARGEST = 3;

/** @param values rounded and cut to −3 .. 3 */
export function packTaste(values: ArrayLike<number>): number {
  let sketch = 0;
  for (let d = TASTE_DIMENSIONS - 1; d >= 0; d--) sketch = sketch * LEVELS + ZERO + levelOf(values[d]!);
  return sketch;
}

/** Symmetric: the opposite taste has the opposite levels. */
function levelOf(value: number): number {
  const level = Math.min(LARGEST, Math.round(Math.abs(value)));
  return value < 0 ? -level : level;
}

/** As a vector of length one. @returns false when nothing is known: `out` is left as it is */
export function unpackTaste(sketch: number, out: Float32Array): boolean {
  if (!(sketch > 0)) return false;
  let rest = sketch;
  let squares = 0;
  for (let d = 0; d < TASTE_DIMENSIONS; d++) {
    out[d] = (rest % LEVELS) - ZERO;
    rest = Math.floor(rest / LEVELS);
    squares += out[d]! * out[d]!;
  }
  if (squares === 0) return false;
  const scale = 1 / Math.sqrt(squares);
  for (let d = 0; d < TASTE_DIMENSIONS; d++) out[d]! *= scale;
  return true;
}
