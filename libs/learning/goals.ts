/**
 * The goals beside the click: what comes of an item once it was clicked.
 *
 * | goal | target, given a click |
 * |---|---|
 * | like | 1 if the user liked it |
 * | conversion | 1 if they put it into the cart or bought it |
 * | dwell | the share of DWELL_FULL_SECONDS that they stayed, at most 1; unknown when nobody said |
 */
import type { Sequel } from '#events';

export const GOALS = ['like', 'conversion', 'dwell'] as const;
export type Goal = (typeof GOALS)[number];

/** Staying this long counts fully, s. */
export const DWELL_FULL_SECONDS = 30;

/** The target in [0, 1], or undefined when the sequel does not tell. */
export function targetOf(goal: Goal, { liked, converted, dwellSeconds }: Sequel): number | undefined {
  switch (goal) {
    case 'like':
      return liked ? 1 : 0;
    case 'conversion':
      return converted ? 1 : 0;
    case 'dwell':
      return dwellSeconds < 0 ? undefined : Math.min(1, dwellSeconds / DWELL_FULL_SECONDS);
  }
}
