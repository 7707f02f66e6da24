/**
 * Matrix factorisation of implicit feedback by alternating least squares (Hu, Koren & Volinsky, ICDM 2008): everything
 * remembered of who took what is fitted at once,
 *
 *     min Σ_ui c_ui (p_ui − x_u · y_i)² + λ (Σ |x_u|² + Σ |y_i|²),   p_ui = 1 and c_ui = 1 + α for what was taken, else 0 and 1
 *
 * by solving for all users with the items held still, then for all items:
 *
 *     x_u = (YᵀY + α Σ_{i of u} y_i y_iᵀ + λ I)⁻¹ (1 + α) Σ_{i of u} y_i
 *
 * A pure function of the tables: it starts from the factors that the steps of one engagement at a time have made
 * (matrix-factorisation.ts), and they go on from what it leaves. It costs seconds, so it is a job of a rebuild
 * (`rekappa replay --als`) and no part of learning by itself. Those without anything remembered keep their factors.
 */
import { FACTORS, type FactorVectors } from './factor-vectors.js';
import type { RecentLinks } from './recent-links.js';

export interface AlsSettings {
  /** FEEDBACK sequence after which the factors are fitted. */
  readonly at: number;
  /** Rounds of users, then items. */
  readonly rounds: number;
  /** λ */
  readonly regularisation: number;
  /** α */
  readonly confidence: number;
}

export const ALS_DEFAULTS = { rounds: 4, regularisation: 100, confidence: 1 } as const;

/** Rows of one side and, for each, rows of the other: `ends[i]` is where those of `rows[i]` end in `partners`. */
interface Side {
  readonly rows: number[];
  readonly ends: number[];
  readonly partners: number[];
}

/** Fits both tables to what `histories` remembers: items by user. */
export function fitFactors(
  histories: RecentLinks,
  users: FactorVectors,
  items: FactorVectors,
  settings: Omit<AlsSettings, 'at'>,
): void {
  const byUser = takenBy(histories, users, items);
  const byItem = turned(byUser);
  if (byUser.partners.length === 0) return;
  const before = meanSquare(byUser, users, items);
  for (let round = 0; round < settings.rounds; round++) {
    solve(byUser, users, items, settings);
    solve(byItem, items, users, settings);
  }
  // The mix has learnt what an affinity of this size says.
  const scale = Math.sqrt(Math.sqrt(before / meanSquare(byUser, users, items)));
  if (Number.isFinite(scale) && scale > 0) {
    rescale(byUser, users, scale);
    rescale(byItem, items, scale);
  }
}

function takenBy(histories: RecentLinks, users: FactorVectors, items: FactorVectors): Side {
  const side: Side = { rows: [], ends: [], partners: [] };
  histories.eachOwner((userKey, row) => {
    const user = users.find(userKey);
    if (user < 0) return;
    for (let i = 0; i < histories.sizeOf(row); i++) {
      const item = items.find(histories.partnerOf(row, i));
      if (item >= 0) side.partners.push(item);
    }
    if (side.partners.length === (side.ends.at(-1) ?? 0)) return;
    side.rows.push(user);
    side.ends.push(side.partners.length);
  });
  return side;
}

/** The same pairs from the other side, in order of rows. */
function turned({ rows, ends, partners }: Side): Side {
  const of = new Map<number, number[]>();
  let from = 0;
  rows.forEach((row, i) => {
    for (let k = from; k < ends[i]!; k++) {
      const own = of.get(partners[k]!);
      if (own) own.push(row);
      else of.set(partners[k]!, [row]);
    }
    from = ends[i]!;
  });
  const side: Side = { rows: [...of.keys()].sort((a, b) => a - b), ends: [], partners: [] };
  for (const row of side.rows) {
    side.partners.push(...of.get(row)!);
    side.ends.push(side.partners.length);
  }
  return side;
}

/** Every row of the side anew, with the other side's vectors held still. */
function solve(
  { rows, ends, partners }: Side,
  own: FactorVectors,
  other: FactorVectors,
  { regularisation, confidence }: Omit<AlsSettings, 'at'>,
): void {
  const gram = gramian(other, regularisation);
  const matrix = new Float64Array(FACTORS * FACTORS);
  const vector = new Float64Array(FACTORS);
  let from = 0;
  rows.forEach((row, i) => {
    matrix.set(gram);
    vector.fill(0);
    for (let k = from; k < ends[i]!; k++) {
      const at = partners[k]! * FACTORS;
      for (let f = 0; f < FACTORS; f++) {
        const value = other.values[at + f]!;
        vector[f]! += (1 + confidence) * value;
        for (let g = 0; g <= f; g++) matrix[f * FACTORS + g]! += confidence * value * other.values[at + g]!;
      }
    }
    from = ends[i]!;
    solveCholesky(matrix, vector);
    own.set(row, vector);
  });
}

/** YᵀY + λI, its lower triangle. */
function gramian({ values, rows }: FactorVectors, regularisation: number): Float64Array {
  const gram = new Float64Array(FACTORS * FACTORS);
  for (let row = 0; row < rows; row++) {
    const at = row * FACTORS;
    for (let f = 0; f < FACTORS; f++)
      for (let g = 0; g <= f; g++) gram[f * FACTORS + g]! += values[at + f]! * values[at + g]!;
  }
  for (let f = 0; f < FACTORS; f++) gram[f * FACTORS + f]! += regularisation;
  return gram;
}

/** Solves A x = b in place: `vector` becomes x, the lower triangle of `matrix`, positive definite, its Cholesky factor. */
function solveCholesky(matrix: Float64Array, vector: Float64Array): void {
  const n = vector.length;
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= matrix[i * n + k]! * matrix[j * n + k]!;
      matrix[i * n + j] = i === j ? Math.sqrt(sum) : sum / matrix[j * n + j]!;
    }
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) vector[i]! -= matrix[i * n + k]! * vector[k]!;
    vector[i]! /= matrix[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) vector[i]! -= matrix[k * n + i]! * vector[k]!;
    vector[i]! /= matrix[i * n + i]!;
  }
}

/** Of x_u · y_i over what was taken. */
function meanSquare({ rows, ends, partners }: Side, users: FactorVectors, items: FactorVectors): number {
  let sum = 0;
  let from = 0;
  rows.forEach((row, i) => {
    for (let k = from; k < ends[i]!; k++) {
      let product = 0;
      for (let f = 0; f < FACTORS; f++)
        product += users.values[row * FACTORS + f]! * items.values[partners[k]! * FACTORS + f]!;
      sum += product * product;
    }
    from = ends[i]!;
  });
  return sum / partners.length;
}

function rescale({ rows }: Side, vectors: FactorVectors, scale: number): void {
  const vector = new Float64Array(FACTORS);
  for (const row of rows) {
    for (let f = 0; f < FACTORS; f++) vector[f] = vectors.values[row * FACTORS + f]! * scale;
    vectors.set(row, vector);
  }
}
