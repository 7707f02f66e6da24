/** Every data set that `rekappa evaluate` knows: one file or folder each. */
import type { Dataset } from '../dataset.js';
import { kdd12 } from './kdd12.js';
import { kuairand } from './kuairand.js';
import { live } from './live.js';
import { movielens } from './movielens/movielens.js';
import { openBandit } from './open-bandit/open-bandit.js';
import { ranklens } from './ranklens.js';
import { whatIfWorlds } from './whatif-worlds.js';

export const DATASETS: readonly Dataset[] = [
  ranklens,
  kuairand,
  movielens,
  openBandit,
  kdd12,
  live,
  whatIfWorlds,
];
