/**
 * The propensities of a bandit log, as if it had none: the policy's choice among all items, fitted by a conditional logit of the item
 * and the item in its position, both shrunk (`PropensityModel`). Fitted to the rows that they then weigh: with that, weights
 * average 1 in every position, which takes variance away (Hirano, Imbens & Ridder, Econometrica 2003). What the policy has seen of a
 * user is not in them.
 */
import { PropensityModel, type CandidateFeatures } from '#evaluation';
import type { BanditLog } from './bandit-log.js';

/** Choices of each item, and of each item and position, that say it is no different from the others. */
const SHRINKAGE = 5;
const FLOOR = 0.01;
const ROUNDS = 40;

/** @returns by row */
export function fittedPropensities({ rows, actionContext }: BanditLog): number[] {
  const items = actionContext.length;
  const positions = 1 + rows.reduce((deepest, { position }) => Math.max(deepest, position), 0);
  const candidates = Array.from({ length: positions }, (_, position) =>
    Array.from({ length: items }, (_, item): CandidateFeatures => ({
      indices: [item, items + item * positions + position],
      values: [1, 1],
    })),
  );
  const model = PropensityModel.fit(
    rows.map(({ action, position }) => ({ candidates: candidates[position]!, chosen: action })),
    { dimensions: items * (1 + positions), l2: SHRINKAGE, floor: FLOOR, rounds: ROUNDS },
  );
  const chances = candidates.map((of) => model.propensities(of));
  return rows.map(({ action, position }) => chances[position]![action]!);
}
