/**
 * How well the goals beside the click are predicted: each prediction was made before its target was learnt (progressive
 * validation), over the newest `window` targets of each goal. Observes only: it is no part of the model's state, and
 * begins anew with the process.
 *
 *     log loss = mean of −t ln p − (1 − t) ln (1 − p), for targets t in [0, 1]
 *     base     = the same for the mean target as the prediction: what knowing nothing but the rate costs
 */
import { GOALS, type Goal } from './goals.js';
import { ScoreHistogram } from './score-histogram.js';

const PROBABILITY_FLOOR = 1e-6;

/** Null while there is nothing to tell it from. */
export interface GoalReport {
  readonly targets: number;
  readonly rate: number | null;
  readonly logLoss: number | null;
  readonly baseLogLoss: number | null;
  /** Σ predictions / Σ targets: 1 is right. */
  readonly calibration: number | null;
  /** Of targets that are 0 or 1; null where others were among them. */
  readonly auc: number | null;
}

export class GoalValidation {
  private readonly rings: Readonly<Record<Goal, Ring>>;

  /** @param window targets of each goal that are kept */
  constructor(window: number) {
    this.rings = Object.fromEntries(GOALS.map((goal) => [goal, new Ring(window)])) as Record<Goal, Ring>;
  }

  /** @param predicted before the target was learnt */
  record(goal: Goal, predicted: number, target: number): void {
    this.rings[goal].add(predicted, target);
  }

  report(): Record<Goal, GoalReport> {
    return Object.fromEntries(GOALS.map((goal) => [goal, reportOf(this.rings[goal])])) as Record<
      Goal,
      GoalReport
    >;
  }
}

class Ring {
  count = 0;
  readonly predictions: Float32Array;
  readonly targets: Float32Array;

  constructor(size: number) {
    this.predictions = new Float32Array(size);
    this.targets = new Float32Array(size);
  }

  get kept(): number {
    return Math.min(this.count, this.targets.length);
  }

  add(predicted: number, target: number): void {
    const at = this.count++ % this.targets.length;
    this.predictions[at] = predicted;
    this.targets[at] = target;
  }
}

function reportOf({ kept, predictions, targets }: Ring): GoalReport {
  if (kept === 0)
    return { targets: 0, rate: null, logLoss: null, baseLogLoss: null, calibration: null, auc: null };
  const histogram = new ScoreHistogram();
  let loss = 0;
  let reached = 0;
  let predicted = 0;
  let binary = true;
  for (let i = 0; i < kept; i++) {
    const target = targets[i]!;
    const p = predictions[i]!;
    loss += crossEntropy(p, target);
    reached += target;
    predicted += p;
    if (target === 0 || target === 1) histogram.add(p, target);
    else binary = false;
  }
  const rate = reached / kept;
  return {
    targets: kept,
    rate,
    logLoss: loss / kept,
    baseLogLoss: crossEntropy(rate, rate),
    calibration: reached > 0 ? predicted / reached : null,
    auc: binary ? histogram.auc() : null,
  };
}

function crossEntropy(probability: number, target: number): number {
  const p = Math.min(1 - PROBABILITY_FLOOR, Math.max(PROBABILITY_FLOOR, probability));
  return -target * Math.log(p) - (1 - target) * Math.log(1 - p);
}
