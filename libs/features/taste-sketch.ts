/**
 * A user's decayed interests as a sketch of 48 bits: each label is a fixed random direction of signs (its hash), and the sum
 * of the labels' directions by weight is rounded to a few levels (signed random projection; Achlioptas, JCSS 2003). Users
 * of like taste get like directions, whatever their labels are called and however active they are. Long-term
 * weights all decay alike, so time passing changes no sketch.
 */
import { packTaste, TASTE_DIMENSIONS } from '#events';
import { mix32 } from '#kernel';
import type { InterestSignals } from './user-signals.js';

/** By dimension: category, tag, brand, price band. */
const DIMENSION_WEIGHTS = [1, 0.6, 0.6, 0.2];
/** A typical component's level; larger ones are cut at 3. */
const LEVEL = 1.5;
const sums = new Float64Array(TASTE_DIMENSIONS);

/** 0 for a user without interests. */
export function tasteSketch(interests: InterestSignals): number {
  const { hashes, rows, long } = interests;
  sums.fill(0);
  for (let row = 0; row < rows; row++) {
    const weight = long[row]! * DIMENSION_WEIGHTS[interests.dimensionOf(row)]!;
    if (weight === 0) continue;
    const signs = mix32(hashes[row]!);
    for (let d = 0; d < TASTE_DIMENSIONS; d++) sums[d]! += (signs >>> d) & 1 ? weight : -weight;
  }
  let squares = 0;
  for (let d = 0; d < TASTE_DIMENSIONS; d++) squares += sums[d]! * sums[d]!;
  if (!(squares > 0) || !Number.isFinite(squares)) return 0;
  const scale = LEVEL / Math.sqrt(squares / TASTE_DIMENSIONS);
  for (let d = 0; d < TASTE_DIMENSIONS; d++) sums[d]! *= scale;
  return packTaste(sums);
}
