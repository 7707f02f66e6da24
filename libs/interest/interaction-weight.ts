/**
 * The effective weight of an interaction: its type's, scaled by the value where the type carries one.
 *
 * - `rating`: (value − 0.55·top) / (0.45·top), cut to ±1, where top is the smallest of 5, 10, 100 that reaches the
 *   value. On five stars: 5 ↦ 1, 4 ↦ .56, 3 ↦ .11, 2 ↦ −.33, 1 ↦ −.78.
 * - `dwell`: the share of DWELL_FULL_SECONDS, at most 1.
 */
import { DWELL_FULL_SECONDS } from './limits.js';

const RATING_TOPS = [5, 10, 100];

export function interactionWeight(type: string, typeWeight: number, value: number | undefined): number {
  if (value === undefined) return typeWeight;
  if (type === 'rating') return typeWeight * ratingShare(value);
  if (type === 'dwell') return typeWeight * Math.min(1, Math.max(0, value) / DWELL_FULL_SECONDS);
  return typeWeight;
}

function ratingShare(value: number): number {
  const top = RATING_TOPS.find((limit) => value <= limit) ?? value;
  return Math.min(1, Math.max(-1, (value - 0.55 * top) / (0.45 * top)));
}
