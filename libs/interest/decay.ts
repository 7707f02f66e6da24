/**
 * Exponential decay by event time: a contribution w at t is worth w·2^(−(now − t)/half-life) at `now`.
 *
 * A decayed sum is kept as of some event time; a contribution with another event time is scaled to it first.
 * So the sum does not depend on the order in which contributions arrive.
 */

/** What is left of 1 after `elapsedMs`; 1 for none or negative elapsed time. */
export function remaining(elapsedMs: number, halfLifeMs: number): number {
  return elapsedMs > 0 ? 2 ** -(elapsedMs / halfLifeMs) : 1;
}
