/**
 * What each arm of each experiment was shown and what came of it, goal by goal: a fold of FEEDBACK's outcomes and sequels like the
 * rest of the model, so exactly once and the same after a replay. A user's outcomes depend on each other; so they are counted in
 * one of GROUPS groups of users of the arm, and what differs between groups is the uncertainty (experiment-report.ts).
 *
 * Every count is a whole number (dwell in ms, each stay cut at DWELL_FULL_SECONDS), so that sums do not depend on the order of records.
 */
import type { Sequel } from '#events';
import { combine32, mix32 } from '#kernel';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { DirtyRows } from './dirty-rows.js';
import { armReport, COUNTS, type ArmCounts, type ExperimentReport } from './experiment-report.js';
import { armOf, type Experiment } from './experiments.js';
import { DWELL_FULL_SECONDS, targetOf } from './goals.js';
import type { RowTable } from './model-table.js';

const GROUPS = 128;
const GROUP_SALT = 0x6d0f27bd;
const STRIDE = COUNTS.length;
/** Of a group: where each count stands. */
const AT = Object.fromEntries(COUNTS.map((name, i) => [name, i])) as Record<(typeof COUNTS)[number], number>;
const MS = 1_000;
/** One row of a delta: nothing, replicas need none of this. */
const ROW_BYTES = 1;

export class ExperimentStatistics implements RowTable {
  readonly dirty = new DirtyRows(1);
  readonly rowBytesMax = ROW_BYTES;
  /** By experiment, arm and group: COUNTS. */
  private readonly counts: readonly Float64Array[];

  constructor(private readonly experiments: readonly Experiment[]) {
    this.counts = experiments.map(({ arms }) => new Float64Array(arms.length * GROUPS * STRIDE));
  }

  /** @param shown 0: of an outcome that is counted already, and is a click after all */
  recordOutcome(userKey: number, timestamp: number, label: 0 | 1, shown: 0 | 1 = 1): void {
    this.count(userKey, timestamp, (counts, at) => {
      counts[at + AT.impressions]! += shown;
      counts[at + AT.clicks]! += label;
    });
  }

  /** What came of a click whose list has ended. */
  recordSequel(sequel: Sequel): void {
    const stay = targetOf('dwell', sequel);
    this.count(sequel.userKey, sequel.timestamp, (counts, at) => {
      counts[at + AT.ended]! += 1;
      counts[at + AT.likes]! += targetOf('like', sequel)!;
      counts[at + AT.conversions]! += targetOf('conversion', sequel)!;
      if (stay === undefined) return;
      counts[at + AT.stays]! += 1;
      counts[at + AT.stayMs]! += Math.round(stay * DWELL_FULL_SECONDS * MS);
    });
  }

  report(): ExperimentReport[] {
    return this.experiments.map((experiment, e) => {
      const [control, ...others] = experiment.arms.map((_, arm) => this.armCounts(e, arm));
      return {
        experiment: experiment.name,
        since: experiment.since,
        arms: [
          armReport(experiment, 0, control!),
          ...others.map((counts, i) => armReport(experiment, i + 1, counts, control)),
        ],
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

  /** @param timestamp of the impression: what comes of it counts where it does */
  private count(userKey: number, timestamp: number, add: (counts: Float64Array, at: number) => void): void {
    if (this.experiments.length === 0) return;
    const group = combine32(GROUP_SALT, mix32(userKey >>> 0) ^ Math.floor(userKey / 2 ** 32)) % GROUPS;
    this.experiments.forEach((experiment, e) => {
      if (timestamp < experiment.since) return;
      add(this.counts[e]!, (armOf(experiment, userKey) * GROUPS + group) * STRIDE);
    });
  }

  /** By group. */
  private armCounts(experiment: number, arm: number): ArmCounts {
    const counts = this.counts[experiment]!;
    const column = (name: (typeof COUNTS)[number]): Float64Array => {
      const of = new Float64Array(GROUPS);
      for (let g = 0; g < GROUPS; g++) of[g] = counts[(arm * GROUPS + g) * STRIDE + AT[name]]!;
      return of;
    };
    return Object.fromEntries(COUNTS.map((name) => [name, column(name)])) as ArmCounts;
  }
}
