/** The model that the scorers' tests look at: small, and without waiting. */
import { DEFAULT_STATISTICS, type ModelSettings } from './model-settings.js';

export const SCORED: ModelSettings = {
  bits: 12,
  noClickWeight: 0.1,
  seed: 7,
  ftrl: { alpha: 0.1, beta: 1, l1: 0.01, l2: 1 },
  fm: { factors: 4, alpha: 0.05, l2: 1e-5, initScale: 0.1 },
  olr: { alpha: 0.05 },
  debias: { method: 'feature', weightMax: 10, ctr: 'shown' },
  holdSeconds: 0,
  statistics: { ...DEFAULT_STATISTICS, itemsMax: 150, covisitationItemsMax: 120 },
  metricsWindow: 300,
};
