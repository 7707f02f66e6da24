/**
 * Impressions and clicks by arm of each experiment: a fold of FEEDBACK's outcomes like the rest of the model, so exactly
 * once and the same after a replay. A user's outcomes depend on each other; so they are counted in one of GROUPS groups of
 * users of the arm, and what differs between groups is the uncertainty (random groups: Wolter 2007, chapter 2).
 */
import { combine32, mix32 } from '#kernel';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { DirtyRows } from './dirty-rows.js';
import { armOf, type Experiment } from './experiments.js';
import type { RowTable } from './model-table.js';
import { sequentialTest, type SequentialTest } from './sequential-interval.js';

const GROUPS = 128;
/** Fewer clicks in an arm say nothing yet. */
export const ARM_CLICKS_MIN = 20;
/** Nor do fewer groups with anybody in them: how much users differ cannot be told from a few. */
export const ARM_GROUPS_MIN = 10;
const GROUP_SALT = 0x6d0f27bd;
/** One row of a delta: nothing, replicas need none of this. */
const ROW_BYTES = 1;

export interface ArmReport {
  readonly arm: string;
  readonly impressions: number;
  readonly clicks: number;
  readonly ctr: number;
  /** Compared with the first arm; missing for it, and until both have ARM_CLICKS_MIN clicks from ARM_GROUPS_MIN groups of users. */
  readonly comparison?: SequentialTest & {
    readonly difference: number;
    readonly standardError: number;
    /** Relative. */
    readonly lift: number;
  };
}

export interface ExperimentReport {
  readonly experiment: string;
  readonly since: number;
  readonly arms: readonly ArmReport[];
}

interface Rate {
  readonly impressions: number;
  readonly clicks: number;
  /** With an impression. */
  readonly groups: number;
  readonly variance: number;
}

export class ExperimentStatistics implements RowTable {
  readonly dirty = new DirtyRows(1);
  readonly rowBytesMax = ROW_BYTES;
  /** By experiment, arm and group: impressions, then clicks. */
  private readonly counts: readonly Float64Array[];

  constructor(private readonly experiments: readonly Experiment[]) {
    this.counts = experiments.map(({ arms }) => new Float64Array(arms.length * GROUPS * 2));
  }

  /** @param shown 0: of an outcome that is counted already, and is a click after all */
  recordOutcome(userKey: number, timestamp: number, label: 0 | 1, shown: 0 | 1 = 1): void {
    if (this.experiments.length === 0) return;
    const group = combine32(GROUP_SALT, mix32(userKey >>> 0) ^ Math.floor(userKey / 2 ** 32)) % GROUPS;
    this.experiments.forEach((experiment, e) => {
      if (timestamp < experiment.since) return;
      const at = (armOf(experiment, userKey) * GROUPS + group) * 2;
      this.counts[e]![at]! += shown;
      this.counts[e]![at + 1]! += label;
    });
  }

  report(): ExperimentReport[] {
    return this.experiments.map((experiment, e) => {
      const rates = experiment.arms.map((_, arm) => this.rate(e, arm));
      return {
        experiment: experiment.name,
        since: experiment.since,
        arms: experiment.arms.map(({ name }, arm) =>
          armReport(name, rates[arm]!, rates[0]!, arm, experiment),
        ),
      };
    });
  }

  encode(writer: ByteWriter): void {
    for (const counts of this.counts) for (const count of counts) writer.varint(count);
  }

  decode(reader: ByteReader): void {
    for (const counts of this.counts) for (let i = 0; i < counts.length; i++) counts[i] = reader.varint();
  }

  /** Hosts assign arms themselves and count nothing: deltas carry none of this. */
  encodeRows(): void {}

  decodeRows(): void {}

  /** Variance of clicks / impressions, linearised, over groups; never less than of independent impressions. */
  private rate(experiment: number, arm: number): Rate {
    const counts = this.counts[experiment]!;
    let impressions = 0;
    let clicks = 0;
    let groups = 0;
    for (let g = 0; g < GROUPS; g++) {
      if (counts[(arm * GROUPS + g) * 2]! > 0) groups++;
      impressions += counts[(arm * GROUPS + g) * 2]!;
      clicks += counts[(arm * GROUPS + g) * 2 + 1]!;
    }
    const ctr = clicks / impressions;
    let squares = 0;
    for (let g = 0; g < GROUPS; g++) {
      const at = (arm * GROUPS + g) * 2;
      squares += (counts[at + 1]! - ctr * counts[at]!) ** 2;
    }
    const between = ((squares / impressions ** 2) * groups) / Math.max(1, groups - 1);
    return { impressions, clicks, groups, variance: Math.max(between, (ctr * (1 - ctr)) / impressions) };
  }
}

function armReport(name: string, rate: Rate, control: Rate, arm: number, { effect }: Experiment): ArmReport {
  const { impressions, clicks } = rate;
  const report = { arm: name, impressions, clicks, ctr: impressions > 0 ? clicks / impressions : 0 };
  const early = [rate, control].some((each) => each.clicks < ARM_CLICKS_MIN || each.groups < ARM_GROUPS_MIN);
  if (arm === 0 || early) return report;
  const base = control.clicks / control.impressions;
  const difference = report.ctr - base;
  const standardError = Math.sqrt(rate.variance + control.variance);
  return {
    ...report,
    comparison: {
      difference,
      standardError,
      lift: difference / base,
      ...sequentialTest(difference, standardError, effect),
    },
  };
}
