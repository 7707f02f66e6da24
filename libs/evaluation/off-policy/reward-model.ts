/**
 * Batch logistic regression, for reward models of logs that are evaluated as a whole: minimises
 *
 *     Σ_i ln(1 + e^(−ỹ_i (b + w·x_i))) + |w|² / (2 C),   ỹ = ±1,
 *
 * by Newton's method with step halving; the intercept b is not penalised (scikit-learn's LogisticRegression has this objective).
 * Dense features, at most some hundred: each step solves a system of that size.
 */
import { sigmoid } from '#learning';

const STEPS_MAX = 100;
const HALVINGS_MAX = 30;
const TOLERANCE = 1e-9;
/** Below it a direction counts as flat. */
const CURVATURE_MIN = 1e-12;

export interface LogisticModel {
  readonly intercept: number;
  readonly weights: Float64Array;
}

/** @param features one row a sample. @param labels 0 or 1. @param inversePenalty C */
export function fitLogistic(
  features: readonly ArrayLike<number>[],
  labels: ArrayLike<number>,
  inversePenalty = 1,
): LogisticModel {
  const size = (features[0]?.length ?? 0) + 1;
  let beta = new Float64Array(size);
  let loss = objective(features, labels, beta, inversePenalty);
  for (let step = 0; step < STEPS_MAX; step++) {
    const direction = newtonDirection(features, labels, beta, inversePenalty);
    let scale = 1;
    let next = beta;
    let nextLoss = loss;
    for (let halving = 0; halving < HALVINGS_MAX; halving++, scale /= 2) {
      next = beta.map((value, i) => value - scale * direction[i]!);
      nextLoss = objective(features, labels, next, inversePenalty);
      if (nextLoss <= loss) break;
    }
    const gained = loss - nextLoss;
    if (!(gained >= 0)) break;
    beta = next;
    loss = nextLoss;
    if (gained <= TOLERANCE * Math.abs(loss)) break;
  }
  return { intercept: beta[0]!, weights: beta.slice(1) };
}

export function predictLogistic({ intercept, weights }: LogisticModel, features: ArrayLike<number>): number {
  let logit = intercept;
  for (let i = 0; i < weights.length; i++) logit += weights[i]! * features[i]!;
  return sigmoid(logit);
}

function logitOf(beta: Float64Array, x: ArrayLike<number>): number {
  let logit = beta[0]!;
  for (let i = 1; i < beta.length; i++) logit += beta[i]! * x[i - 1]!;
  return logit;
}

function objective(
  features: readonly ArrayLike<number>[],
  labels: ArrayLike<number>,
  beta: Float64Array,
  c: number,
): number {
  let sum = 0;
  features.forEach((x, i) => {
    const margin = (labels[i]! > 0 ? 1 : -1) * logitOf(beta, x);
    sum += margin > 0 ? Math.log1p(Math.exp(-margin)) : Math.log1p(Math.exp(margin)) - margin;
  });
  for (let i = 1; i < beta.length; i++) sum += beta[i]! ** 2 / (2 * c);
  return sum;
}

/** Hessian⁻¹ · gradient. */
function newtonDirection(
  features: readonly ArrayLike<number>[],
  labels: ArrayLike<number>,
  beta: Float64Array,
  c: number,
): Float64Array {
  const size = beta.length;
  const gradient = new Float64Array(size);
  const hessian = Array.from({ length: size }, () => new Float64Array(size));
  const row = new Float64Array(size);
  row[0] = 1;
  features.forEach((x, sample) => {
    for (let i = 1; i < size; i++) row[i] = x[i - 1]!;
    const p = sigmoid(logitOf(beta, x));
    const curvature = p * (1 - p);
    for (let i = 0; i < size; i++) {
      if (row[i] === 0) continue;
      gradient[i]! += (p - labels[sample]!) * row[i]!;
      const scaled = curvature * row[i]!;
      const into = hessian[i]!;
      for (let j = 0; j <= i; j++) into[j]! += scaled * row[j]!;
    }
  });
  for (let i = 1; i < size; i++) {
    gradient[i]! += beta[i]! / c;
    hessian[i]![i]! += 1 / c;
  }
  return solve(hessian, gradient);
}

/** Solves A·x = b for a symmetric positive definite A given by its lower triangle (Cholesky). */
function solve(a: Float64Array[], b: Float64Array): Float64Array {
  const n = b.length;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i]![j]!;
      for (let k = 0; k < j; k++) sum -= a[i]![k]! * a[j]![k]!;
      a[i]![j] = i === j ? Math.sqrt(Math.max(sum, CURVATURE_MIN)) : sum / a[j]![j]!;
    }
  }
  const x = b.slice();
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i]! -= a[i]![k]! * x[k]!;
    x[i]! /= a[i]![i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i]! -= a[k]![i]! * x[k]!;
    x[i]! /= a[i]![i]!;
  }
  return x;
}
