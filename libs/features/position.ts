/**
 * The position feature. Training samples carry the slot the item was shown in, so that the models learn how
 * much of a click the slot explains; at serving every candidate is scored as if in slot 1.
 */
import { combine32 } from '#kernel';
import type { FeatureVector } from '#events';
import { SEEDS } from './dimensions.js';
import { plainIndex } from './families.js';

/** Slots 1 to 10 stand alone; beyond, half-octaves share a bucket. */
const SINGLE_SLOTS = 10;
/** Buckets of positions 1 .. 10,000: what a position bucket can be, 1-based. */
export const POSITION_BUCKETS = 10 + Math.ceil(2 * Math.log2(1000)) + 1;

/** Index of the position feature of a slot. */
export function positionIndex(position: number): number {
  return plainIndex(combine32(SEEDS.position, positionBucket(position)));
}

/** @param position 1-based slot; below 1 counts as 1 */
export function appendPosition(out: FeatureVector, position: number, names?: string[]): void {
  if (out.length >= out.indices.length) return;
  const bucket = positionBucket(position);
  out.indices[out.length] = positionIndex(position);
  out.values[out.length++] = 1;
  names?.push(`position ${bucket <= SINGLE_SLOTS ? bucket : `beyond ${SINGLE_SLOTS}`}`);
}

function positionBucket(position: number): number {
  if (position <= SINGLE_SLOTS) return Math.max(1, Math.floor(position));
  return Math.min(
    POSITION_BUCKETS,
    SINGLE_SLOTS + 1 + Math.floor(2 * Math.log2(position / (SINGLE_SLOTS + 1))),
  );
}
