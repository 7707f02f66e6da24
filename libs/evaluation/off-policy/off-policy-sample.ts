/**
 * What off-policy evaluation reads of one logged choice: a policy μ (the one that ran) chose an action a with probability
 * μ(a|x) and a reward r followed; another policy π would have chosen it with probability π(a|x).
 */
export interface OffPolicySample {
  readonly reward: number;
  /** μ(a|x) in (0, 1]; undefined when the log does not say. */
  readonly behaviour: number | undefined;
  /** π(a|x) in [0, 1]. */
  readonly target: number;
  /** q̂(x, a): the reward model's prediction for the logged action. Needed by DM, DR and switch-DR. */
  readonly predicted?: number;
  /** Σ_b π(b|x) q̂(x, b): its prediction for the evaluated policy. Goes with `predicted`. */
  readonly expected?: number;
  /** Σ_b π(b|x) 1[μ(b|x) > 0], where both policies are known: how much of π's choice the log could have shown. */
  readonly supported?: number | undefined;
  /** Σ_b π(b|x)² / μ(b|x), where both are known: the square of the weight in expectation, whatever was drawn. */
  readonly weightSquare?: number | undefined;
  /** Samples of one cluster (a user, a list) depend on each other and are resampled together. */
  readonly cluster: number;
}
