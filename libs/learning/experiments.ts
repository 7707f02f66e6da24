/**
 * Experiments: which arm a user is in, from the experiment's name, its salt and the user alone. Nothing is stored, every
 * process gives the same answer, and experiments of different names or salts are independent of each other.
 */
import { combine32, fnv1a32, mix32 } from '#kernel';

export interface Arm {
  readonly name: string;
  /** Users are shared out in proportion. */
  readonly weight: number;
}

export interface GoalEffects {
  readonly like?: number | undefined;
  readonly conversion?: number | undefined;
  readonly dwellSeconds?: number | undefined;
}

/** As configured: libs/config's experiments have this shape. */
export interface ExperimentConfiguration extends Omit<Experiment, 'since'> {
  /** ISO 8601. */
  readonly since: string;
}

export interface Experiment {
  readonly name: string;
  readonly salt: string;
  /** Outcomes of lists from this event time on count, ms. */
  readonly since: number;
  /** The difference of click rates that matters: for it the intervals are tightest. */
  readonly effect: number;
  /** The same of the other goals, per item shown; absent: as of clicks (dwell: of DWELL_FULL_SECONDS). */
  readonly effects?: GoalEffects | undefined;
  /** The first is what the others are compared with. */
  readonly arms: readonly Arm[];
}

/** What decides arms and counts, without what the arms change. */
export function experimentsOf(configured: readonly ExperimentConfiguration[]): Experiment[] {
  return configured.map(({ name, salt, since, effect, effects, arms }) => ({
    name,
    salt,
    since: Date.parse(since),
    effect,
    // Only when given: others keep their version.
    ...(effects && { effects }),
    arms: arms.map((arm) => ({ name: arm.name, weight: arm.weight })),
  }));
}

/** @param userKey key53 of the user's id @returns index of the arm */
export function armOf(experiment: Experiment, userKey: number): number {
  const salted = combine32(fnv1a32(`${experiment.name}\0${experiment.salt}`), mix32(userKey >>> 0));
  let point = combine32(salted, Math.floor(userKey / 2 ** 32)) / 2 ** 32;
  const total = experiment.arms.reduce((sum, { weight }) => sum + weight, 0);
  for (let arm = 0; arm < experiment.arms.length; arm++) {
    point -= experiment.arms[arm]!.weight / total;
    if (point < 0) return arm;
  }
  return experiment.arms.length - 1;
}
