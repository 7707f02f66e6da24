/**
 * Exponential decay by event time: a contribution w at t is worth w·2^(−(now − t)/half-life) at `now`.
 *
 * A decayed sum is kept as its value at `at`, the newest event time it has seen. A newer contribution first
 * decays the sum; an older one (out of order) decays itself to `at`. So the sum does not depend on the order.
 */

/** What is left of 1 after `elapsedMs`; 1 for none or negative elapsed time. */
export function remaining(elapsedMs: number, halfLifeMs: number): number {
  return elapsedMs > 0 ? 2 ** -(elapsedMs / halfLifeMs) : 1;
}
