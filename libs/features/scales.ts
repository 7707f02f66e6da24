/** How raw quantities become feature values and buckets. All monotone, bounded or slowly growing, and pure. */

/** Odd and monotone onto (−1, 1); 0 ↦ 0, ±1 ↦ ±½. */
export function squash(value: number): number {
  return value / (1 + Math.abs(value));
}

/** ⌊log2(1 + count)⌋: 0, 1, 1, 2, 2, 2, 2, 3... */
export function logBucket(count: number): number {
  return 31 - Math.clz32(Math.min(0x7ffffffe, count) + 1);
}

/**
 * Maps an attribute of unknown scale to an axis on which unit steps are worth telling apart: 4 steps a unit below
 * 2, 2 up to 16 (log-scaled counts, ratings), 4 an octave beyond (years, money). Odd, monotone, continuous.
 */
export function warp(value: number): number {
  const size = Math.abs(value);
  const steps = size < 2 ? 4 * size : size < 16 ? 8 + 2 * (size - 2) : 36 + 4 * Math.log2(size / 16);
  return value < 0 ? -steps : steps;
}

export function clamp(value: number, limit: number): number {
  return value > limit ? limit : value < -limit ? -limit : value;
}
