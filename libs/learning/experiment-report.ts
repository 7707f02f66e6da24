/**
 * What the arms of an experiment bring of each goal per item shown, with intervals that hold at any time (sequential-interval.ts).
 *
 * What comes of a click is known when its list has ended (the sequel), half an hour or so after the click is. So of n impressions with
 * c clicks, s of them in lists that have ended, and outcomes y of those,
 *
 *     rate = c/n · Σy/s              Σy/n once all lists have ended; of the click itself y = 1 and s = c
 *
 * which open lists bias neither way. With u_g = rate · (c_g/c − n_g/n + y_g/Σy − s_g/s), the rate linearised, over G groups g of users
 * (random groups: Wolter 2007, chapter 2),
 *
 *     variance = max( G/(G−1) · Σ u_g²,   rate · (cap − rate) / min(n, n · s/c) )
 *
 * for outcomes in [0, cap]: 1 of clicks, likes and conversions, DWELL_FULL_SECONDS of dwell, each stay being cut there. The second is what
 * independent impressions have: exactly so for 0 and 1, and the most that anything within these bounds can have (Bhatia & Davis,
 * "A better bound on the variance", 2000). Bounded outcomes have all the moments that the asymptotic confidence sequence asks for
 * (Waudby-Smith et al. 2021), which is why dwell is cut and not taken as it comes.
 */
import type { Experiment } from './experiments.js';
import { DWELL_FULL_SECONDS, GOALS, type Goal } from './goals.js';
import {
  sequentialInterval,
  sequentialTest,
  type SequentialInterval,
  type SequentialTest,
} from './sequential-interval.js';

/** Fewer clicks (likes, conversions, stays) in an arm say nothing yet. */
export const ARM_CLICKS_MIN = 20;
/** Nor do fewer groups with anybody in them: how much users differ cannot be told from a few. */
export const ARM_GROUPS_MIN = 10;
const MS = 1_000;

/** Counted of a group of users; `ended`: clicks in lists that have ended; `stays`: those of them that somebody told the dwell of. */
export const COUNTS = ['impressions', 'clicks', 'ended', 'likes', 'conversions', 'stays', 'stayMs'] as const;
/** Of one arm, by group. */
export type ArmCounts = Readonly<Record<(typeof COUNTS)[number], Float64Array>>;

/** Compared with the first arm. */
export interface ArmComparison extends SequentialTest {
  readonly difference: number;
  readonly standardError: number;
  /** Relative. */
  readonly lift: number;
}

export interface GoalResult {
  /** Likes, conversions; of dwell: stays told. */
  readonly count: number;
  /** Per item shown; of dwell in seconds. */
  readonly rate: number;
  /** Missing until there are ARM_CLICKS_MIN of them, from ARM_GROUPS_MIN groups of users. */
  readonly interval?: SequentialInterval;
  /** Missing for the first arm, and until both have as many. */
  readonly comparison?: ArmComparison;
}

export interface ArmReport extends Omit<GoalResult, 'count' | 'rate'> {
  readonly arm: string;
  readonly impressions: number;
  readonly clicks: number;
  /** Clicks per item shown: `interval` and `comparison` are of it. */
  readonly ctr: number;
  /** Clicks in lists that have ended: those of which it is known what came. */
  readonly ended: number;
  readonly goals: Readonly<Record<Goal, GoalResult>>;
}

export interface ExperimentReport {
  readonly experiment: string;
  readonly since: number;
  readonly arms: readonly ArmReport[];
}

/** How a goal is read from the counts. */
interface Measure {
  readonly count: keyof ArmCounts;
  readonly sum: keyof ArmCounts;
  /** Of `sum` to the goal's unit. */
  readonly per: number;
  readonly known: 'clicks' | 'ended';
  readonly cap: number;
  readonly effectOf: (experiment: Experiment) => number;
}

const CLICK: Measure = {
  ...{ count: 'clicks', sum: 'clicks', per: 1, known: 'clicks', cap: 1 },
  effectOf: ({ effect }) => effect,
};
const MEASURES: Readonly<Record<Goal, Measure>> = {
  like: {
    ...{ count: 'likes', sum: 'likes', per: 1, known: 'ended', cap: 1 },
    effectOf: ({ effect, effects }) => effects?.like ?? effect,
  },
  conversion: {
    ...{ count: 'conversions', sum: 'conversions', per: 1, known: 'ended', cap: 1 },
    effectOf: ({ effect, effects }) => effects?.conversion ?? effect,
  },
  dwell: {
    ...{ count: 'stays', sum: 'stayMs', per: MS, known: 'ended', cap: DWELL_FULL_SECONDS },
    effectOf: ({ effect, effects }) => effects?.dwellSeconds ?? effect * DWELL_FULL_SECONDS,
  },
};

/** @param control of the first arm; absent: this is it */
export function armReport(
  experiment: Experiment,
  arm: number,
  counts: ArmCounts,
  control?: ArmCounts,
): ArmReport {
  const result = (measure: Measure): GoalResult => resultOf(measure, experiment, counts, control);
  const { count: clicks, rate: ctr, ...judged } = result(CLICK);
  const goals = Object.fromEntries(GOALS.map((goal) => [goal, result(MEASURES[goal])]));
  return {
    arm: experiment.arms[arm]!.name,
    impressions: sumOf(counts.impressions),
    ...{ clicks, ctr },
    ...judged,
    ended: sumOf(counts.ended),
    goals: goals as Record<Goal, GoalResult>,
  };
}

function resultOf(
  measure: Measure,
  experiment: Experiment,
  counts: ArmCounts,
  control?: ArmCounts,
): GoalResult {
  const own = rateOf(measure, counts);
  const result = { count: own.count, rate: own.rate };
  if (!own.telling) return result;
  const effect = measure.effectOf(experiment);
  const { low, high } = sequentialInterval(own.rate, Math.sqrt(own.variance), effect);
  const interval = { low: Math.max(0, low), high: Math.min(measure.cap, high) };
  const base = control && rateOf(measure, control);
  if (!base?.telling) return { ...result, interval };
  const difference = own.rate - base.rate;
  const standardError = Math.sqrt(own.variance + base.variance);
  const test = sequentialTest(difference, standardError, effect);
  return {
    ...result,
    interval,
    comparison: { difference, standardError, lift: difference / base.rate, ...test },
  };
}

interface Rate {
  readonly count: number;
  readonly rate: number;
  readonly variance: number;
  /** Whether it is enough to say anything. */
  readonly telling: boolean;
}

function rateOf({ count: counted, sum, per, known, cap }: Measure, counts: ArmCounts): Rate {
  const count = sumOf(counts[counted]);
  const [n, c, s, y] = [counts.impressions, counts.clicks, counts[known], counts[sum]].map(sumOf) as [
    number,
    number,
    number,
    number,
  ];
  // Impressions of which it is known what came; all, of clicks.
  const settled = (n * s) / c;
  if (!(settled > 0)) return { count, rate: 0, variance: 0, telling: false };
  const rate = y / per / settled;
  let groups = 0;
  let squares = 0;
  for (let g = 0; g < counts.impressions.length; g++) {
    if (counts.impressions[g]! > 0) groups++;
    const shares = counts.clicks[g]! / c - counts.impressions[g]! / n - counts[known][g]! / s;
    squares += (rate * shares + counts[sum][g]! / per / settled) ** 2;
  }
  const between = (squares * groups) / Math.max(1, groups - 1);
  const variance = Math.max(between, (rate * (cap - rate)) / Math.min(n, settled));
  // Without any variance everything that was shown reached the goal, or nothing did.
  return {
    count,
    rate,
    variance,
    telling: count >= ARM_CLICKS_MIN && groups >= ARM_GROUPS_MIN && variance > 0,
  };
}

const sumOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);
