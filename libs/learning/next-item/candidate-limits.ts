/** How many candidates the collaborative channels find for one question, channel by channel. */
import { POPULARITY_WINDOWS, type Voice } from './signals.js';
import { TAKINGS } from './item-takings.js';

/** Kept of each popularity window, and of each of the other channels. */
export const LEADERS = 30;
export const FOUND_MAX = 40;
/** Channels that find items of their own, beside those that are popular. */
export const FINDERS = [
  'covisitation',
  'session',
  'neighbours',
  'labels',
] as const satisfies readonly Voice[];
/** Each kind of visit has leaders of its own, of each half-life. */
export const LEADERS_OF_KIND = 30;
const HALF_LIVES_OF_KINDS = TAKINGS.reduce((sum, { seconds }) => sum + seconds.length, 0);

export const CANDIDATES_MAX =
  POPULARITY_WINDOWS.length * LEADERS + HALF_LIVES_OF_KINDS * LEADERS_OF_KIND + FINDERS.length * FOUND_MAX;
