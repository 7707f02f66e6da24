/**
 * Incremental matrix factorisation for positive-only feedback: ISGD (Vinagre, Jorge, Gama: Fast incremental matrix
 * factorization for recommendation with positive-only feedback, UMAP 2014, algorithm 2). For each event
 *
 *     e = 1 − p_u · q_i;   p_u += η (e q_i − λ p_u);   q_i += η (e p_u − λ q_i)
 *
 * and items are ranked by |1 − p_u · q_i|, nearest first. New vectors are drawn from N(0, 0.1).
 */
import { SeededRandom } from '#kernel';
import { topByScore, type NextItemModel } from './next-item-model.js';

const INITIAL_DEVIATION = 0.1;

export interface IsgdOptions {
  readonly factors: number;
  /** η. */
  readonly rate: number;
  /** λ. */
  readonly regularisation: number;
  readonly seed: number;
}

export function isgd({ factors: k, rate, regularisation, seed }: IsgdOptions): NextItemModel {
  const users = new Vectors(k, seed);
  const items = new Vectors(k, seed + 1);
  const distance = (user: number, item: number): number => Math.abs(1 - dot(users, user, items, item, k));
  return {
    name: `ISGD, k = ${k}, η = ${rate}`,
    top: (n, { user }, taken) => {
      users.reach(user);
      return topByScore(n, items.size, (item) => -distance(user, item), taken);
    },
    learn: ({ user, item }) => {
      users.reach(user);
      items.reach(item);
      const error = 1 - dot(users, user, items, item, k);
      for (let f = 0; f < k; f++) {
        const p = users.values[user * k + f]!;
        const q = items.values[item * k + f]!;
        const moved = p + rate * (error * q - regularisation * p);
        users.values[user * k + f] = moved;
        items.values[item * k + f] = q + rate * (error * moved - regularisation * q);
      }
    },
  };
}

function dot(users: Vectors, user: number, items: Vectors, item: number, k: number): number {
  let sum = 0;
  for (let f = 0; f < k; f++) sum += users.values[user * k + f]! * items.values[item * k + f]!;
  return sum;
}

class Vectors {
  size = 0;
  values: Float64Array = new Float64Array(1024);
  private readonly random: SeededRandom;

  constructor(
    private readonly factors: number,
    seed: number,
  ) {
    this.random = new SeededRandom(seed);
  }

  /** Makes sure that the row exists. */
  reach(row: number): void {
    if (row < this.size) return;
    if ((row + 1) * this.factors > this.values.length) {
      const wider = new Float64Array(Math.max((row + 1) * this.factors, this.values.length * 2));
      wider.set(this.values);
      this.values = wider;
    }
    for (let at = this.size * this.factors; at < (row + 1) * this.factors; at++)
      this.values[at] = INITIAL_DEVIATION * this.random.normal();
    this.size = row + 1;
  }
}
