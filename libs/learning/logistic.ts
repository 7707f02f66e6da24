/** The logistic link and its loss, in natural logarithms. */
const { exp, log, max, min } = Math;

/** Predictions stay within this distance of 0 and 1 where a loss is taken. */
export const PROBABILITY_FLOOR = 1e-7;
/** Logits beyond ± this are cut before the link: σ is flat there. */
export const LOGIT_MAX = 35;

export function sigmoid(logit: number): number {
  if (logit > LOGIT_MAX) logit = LOGIT_MAX;
  else if (logit < -LOGIT_MAX) logit = -LOGIT_MAX;
  return 1 / (1 + exp(-logit));
}

export function logit(probability: number): number {
  return log(probability / (1 - probability));
}

export function logLoss(probability: number, label: 0 | 1): number {
  const p = min(max(probability, PROBABILITY_FLOOR), 1 - PROBABILITY_FLOOR);
  return -log(label === 1 ? p : 1 - p);
}

/** Cuts a step to ± limit. */
export function clip(value: number, limit: number): number {
  return value > limit ? limit : value < -limit ? -limit : value;
}
