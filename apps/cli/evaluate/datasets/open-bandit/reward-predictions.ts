/**
 * q̂(x, a) of every action for every row: one logistic regression a position over [context, action context] with C = 1,
 * cross-fitted, so that no prediction has seen its own row's reward.
 */
import { fitLogistic, predictLogistic } from '#evaluation';
import type { BanditLog } from './bandit-log.js';

const FOLDS = 3;

/** @returns by row, then by action */
export function rewardPredictions({ rows, actionContext }: BanditLog): Float64Array[] {
  const predictions: Float64Array[] = [];
  const featuresOf = (row: number, action: number): number[] => [
    ...rows[row]!.context,
    ...actionContext[action]!,
  ];
  const positions = new Set(rows.map((row) => row.position));
  for (const position of positions) {
    for (let fold = 0; fold < FOLDS; fold++) {
      const here = rows.flatMap((row, i) => (row.position === position ? [i] : []));
      const held = here.filter((i) => foldOf(i, rows.length) === fold);
      const training = here.filter((i) => foldOf(i, rows.length) !== fold);
      const model = fitLogistic(
        training.map((i) => featuresOf(i, rows[i]!.action)),
        training.map((i) => rows[i]!.reward),
      );
      for (const i of held)
        predictions[i] = Float64Array.from(actionContext, (_, action) =>
          predictLogistic(model, featuresOf(i, action)),
        );
    }
  }
  return predictions;
}

/** Consecutive rows go together. */
const foldOf = (row: number, rows: number): number => Math.floor((row * FOLDS) / rows);
