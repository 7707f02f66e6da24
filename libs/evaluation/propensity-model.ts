/**
 * The propensities of a log that has none: a conditional logit of the choice that the logging policy made for a slot
 * (McFadden 1974), fitted by maximum likelihood with an L2 penalty.
 *
 *     p(j | candidates) = exp(β·x_j) / Σ_c exp(β·x_c)         then (1 − ε)·p + ε/|candidates|
 *
 * x_j is whatever the policy may have seen of candidate j at the time: popularity, CTR, the item and the slot. At the maximum
 * the predicted share of every feature equals its logged share, so predictions are calibrated over each of them. ε is a
 * floor: weights of off-policy estimates are at most |candidates|/ε. What the features do not say is not recovered: an
 * estimate with fitted propensities is only as unbiased as this model is right.
 *
 * Bound: the choices are held by the caller; the model is one number a feature.
 */
export interface CandidateFeatures {
  /** Below `dimensions`. */
  readonly indices: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

export interface LoggedChoice {
  readonly candidates: readonly CandidateFeatures[];
  /** Place of the chosen one among the candidates. */
  readonly chosen: number;
}

export interface PropensityOptions {
  readonly dimensions: number;
  /** Strength of the penalty, in choices. Default 1. */
  readonly l2?: number;
  /** Share spread evenly over the candidates: the floor of a propensity is this over their number. Default .01. */
  readonly floor?: number;
  /** Passes over the choices. Default 100; stops earlier when nothing moves. */
  readonly rounds?: number;
}

const FLOOR = 0.01;
const ROUNDS = 100;
const CONVERGED = 1e-7;
/** Of a diagonal Newton step: neighbours share the candidates, so the full step overshoots. */
const DAMPING = 0.5;
const STEP_MAX = 2;

export class PropensityModel {
  private constructor(
    readonly weights: Float64Array,
    readonly floor: number,
  ) {}

  /** @throws RangeError when there is nothing to learn from, or a feature is not finite or out of range */
  static fit(choices: readonly LoggedChoice[], options: PropensityOptions): PropensityModel {
    const { dimensions, l2 = 1, floor = FLOOR, rounds = ROUNDS } = options;
    if (choices.length === 0) throw new RangeError('no logged choice: propensities cannot be fitted');
    if (!(floor >= 0 && floor < 1)) throw new RangeError(`the floor must lie in [0, 1); got ${floor}`);
    choices.forEach((choice) => check(choice, dimensions));
    const weights = new Float64Array(dimensions);
    for (let round = 0; round < rounds; round++) if (step(weights, choices, l2) < CONVERGED) break;
    return new PropensityModel(weights, floor);
  }

  /** The chance of each candidate to be chosen; they add up to 1. */
  propensities(candidates: readonly CandidateFeatures[]): number[] {
    const shares = softmax(this.weights, candidates);
    const even = this.floor / candidates.length;
    return shares.map((share) => (1 - this.floor) * share + even);
  }

  propensity({ candidates, chosen }: LoggedChoice): number {
    return this.propensities(candidates)[chosen]!;
  }
}

/** One round over all choices. @returns the largest change of a weight */
function step(weights: Float64Array, choices: readonly LoggedChoice[], l2: number): number {
  const gradient = weights.map((w) => -l2 * w);
  const curvature = new Float64Array(weights.length).fill(l2 + 1e-9);
  for (const { candidates, chosen } of choices) {
    const shares = softmax(weights, candidates);
    candidates.forEach(({ indices, values }, c) => {
      const residual = (c === chosen ? 1 : 0) - shares[c]!;
      const spread = shares[c]! * (1 - shares[c]!);
      for (let i = 0; i < indices.length; i++) {
        gradient[indices[i]!]! += residual * values[i]!;
        curvature[indices[i]!]! += spread * values[i]! * values[i]!;
      }
    });
  }
  let largest = 0;
  for (let i = 0; i < weights.length; i++) {
    const change = (DAMPING * gradient[i]!) / curvature[i]!;
    weights[i]! += Math.max(-STEP_MAX, Math.min(STEP_MAX, change));
    largest = Math.max(largest, Math.abs(change));
  }
  return largest;
}

function softmax(weights: Float64Array, candidates: readonly CandidateFeatures[]): number[] {
  const logits = candidates.map(({ indices, values }) => {
    let sum = 0;
    for (let i = 0; i < indices.length; i++) sum += weights[indices[i]!]! * values[i]!;
    return sum;
  });
  const top = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - top));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

function check({ candidates, chosen }: LoggedChoice, dimensions: number): void {
  if (!Number.isInteger(chosen) || !(chosen >= 0 && chosen < candidates.length))
    throw new RangeError('a choice must name one of its candidates');
  for (const { indices, values } of candidates)
    for (let i = 0; i < indices.length; i++) {
      const index = indices[i]!;
      if (!Number.isInteger(index) || index < 0 || index >= dimensions || !Number.isFinite(values[i]!))
        throw new RangeError(`feature ${index}: ${values[i]} is out of range`);
    }
}
