/** The model that the learner's benchmarks measure: FTRL, a factorisation machine with 8 factors, gradient descent. */
import { DEFAULT_STATISTICS, type ModelSettings } from '#learning';

/** @param bits log2 of the slots */
export const benchSettings = (bits: number): ModelSettings => ({
  bits,
  noClickWeight: 0.1,
  seed: 1,
  ftrl: { alpha: 0.1, beta: 1, l1: 0.1, l2: 1 },
  fm: { factors: 8, alpha: 0.05, l2: 1e-5, initScale: 0.01 },
  olr: { alpha: 0.05 },
  debias: { method: 'feature', weightMax: 10, ctr: 'shown' },
  holdSeconds: 10,
  statistics: DEFAULT_STATISTICS,
  metricsWindow: 10_000,
});
