/**
 * Matrix factorisation of implicit feedback, one engagement at a time: Bayesian personalised ranking by stochastic
 * gradient descent (Rendle et al., UAI 2009). For an engagement (u, i) and each negative j
 *
 *     g = σ(−p_u · (q_i − q_j));   p_u += η (g (q_i − q_j) − λ p_u);   q_i += η (g p_u − λ q_i);   q_j += η (−g p_u − λ q_j)
 *
 * Negatives are drawn by hash from what everybody took to lately, not from the whole catalogue: told from what was not
 * to be had at the time, an item would only learn that it is popular.
 */
import { combine32 } from '#kernel';
import { FACTORS, type FactorVectors } from './factor-vectors.js';
import type { RecentLinks } from './recent-links.js';

const RATE = 0.05;
const REGULARISATION = 0.002;
const NEGATIVES = 8;
/** Steps of one engagement are cut to this, so that no weight runs away. */
const VALUE_MAX = 8;

/** Whose links `lately` are. */
export const EVERYBODY = 1;

export function recordEngagement(
  users: FactorVectors,
  items: FactorVectors,
  histories: RecentLinks,
  lately: RecentLinks,
  userKey: number,
  itemKey: number,
  timestamp: number,
): void {
  const user = users.claim(userKey);
  const item = items.claim(itemKey);
  const everybody = lately.rowOf(EVERYBODY);
  const size = lately.sizeOf(everybody);
  if (size === 0) return;
  const history = histories.rowOf(userKey);
  const salt = combine32(userKey >>> 0, combine32(itemKey >>> 0, timestamp >>> 0));
  for (let draw = 0; draw < NEGATIVES; draw++) {
    const other = lately.partnerOf(everybody, combine32(salt, draw) % size);
    if (other === itemKey || histories.isLinked(history, other)) continue;
    const negative = items.claim(other);
    // A full table may have given the positive's row away.
    if (items.find(itemKey) !== item) return;
    step(users.values, user * FACTORS, items.values, item * FACTORS, negative * FACTORS);
  }
}

/** p_u · q_i; 0 for one that has no vector. */
export function affinity(users: FactorVectors, items: FactorVectors, user: number, item: number): number {
  if (user < 0 || item < 0) return 0;
  let sum = 0;
  for (let f = 0; f < FACTORS; f++)
    sum += users.values[user * FACTORS + f]! * items.values[item * FACTORS + f]!;
  return sum;
}

function step(users: Float32Array, u: number, items: Float32Array, i: number, j: number): void {
  let margin = 0;
  for (let f = 0; f < FACTORS; f++) margin += users[u + f]! * (items[i + f]! - items[j + f]!);
  const gradient = RATE / (1 + Math.exp(margin));
  const shrink = 1 - RATE * REGULARISATION;
  for (let f = 0; f < FACTORS; f++) {
    const p = users[u + f]!;
    users[u + f] = bounded(p * shrink + gradient * (items[i + f]! - items[j + f]!));
    items[i + f] = bounded(items[i + f]! * shrink + gradient * p);
    items[j + f] = bounded(items[j + f]! * shrink - gradient * p);
  }
}

const bounded = (value: number): number => Math.max(-VALUE_MAX, Math.min(VALUE_MAX, value));
