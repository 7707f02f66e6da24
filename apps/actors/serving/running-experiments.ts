/** The experiments that a list takes part in: the user's arms, and the settings they serve with. */
import type { ListSettings, ConfiguredExperiment } from '#config';
import { key53 } from '#kernel';
import { armOf, experimentsOf, type Experiment } from '#learning';

export interface Assignment {
  /** `experiment:arm`. */
  readonly arms: readonly string[];
  /** Of later experiments where several change one setting. */
  readonly changes: ListSettings;
}

const NONE: Assignment = { arms: [], changes: {} };

export class RunningExperiments {
  private readonly experiments: readonly Experiment[];

  constructor(private readonly configured: readonly ConfiguredExperiment[]) {
    this.experiments = experimentsOf(configured);
  }

  /** @param now event time, ms: an experiment that has not begun changes nothing */
  assign(userId: string, now: number): Assignment {
    if (this.experiments.length === 0) return NONE;
    const userKey = key53(userId);
    const arms: string[] = [];
    const changes: ListSettings = {};
    this.experiments.forEach((experiment, i) => {
      if (now < experiment.since) return;
      const arm = this.configured[i]!.arms[armOf(experiment, userKey)]!;
      arms.push(`${experiment.name}:${arm.name}`);
      Object.assign(changes, arm.settings);
    });
    return { arms, changes };
  }
}
