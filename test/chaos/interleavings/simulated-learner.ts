/** The learner as it runs in production (LearnerService), on simulated servers. */
import type { Settings } from '#config';
import type { Clock } from '#kernel';
import { DeadLetters, type LogTopology } from '#log';
import { createLogger, createMetrics, HealthState } from '#observability';
import { MemorySnapshots } from '../../../apps/learner/learner-harness.js';
import { LearnerMetrics } from '../../../apps/learner/learner-metrics.js';
import { LearnerService } from '../../../apps/learner/learner.service.js';
import { Line, type Schedule } from './line.js';

const logger = createLogger('learner', 'silent');
const metrics = new LearnerMetrics(createMetrics('learner'));
/** One learner at a time: a crashed one is gone. Deltas are fenced by the stream besides. */
const lease = {
  leaseMs: 60_000,
  acquire: async () => true,
  renew: async () => true,
  release: async () => undefined,
};

export class SimulatedLearner {
  crashed = false;
  private readonly service: LearnerService;
  private readonly line: Line;

  constructor(
    name: string,
    topology: LogTopology,
    snapshots: MemorySnapshots,
    settings: Settings,
    clock: Clock,
    schedule: Schedule,
  ) {
    const line = (this.line = new Line(name, schedule));
    const lost = 'REK_STORE_UNAVAILABLE';
    this.service = new LearnerService({
      settings,
      topology: line.topology(topology),
      snapshots: {
        write: (input) => line.call('write snapshot', () => snapshots.write(input), lost),
        newestValid: (model) => line.call('newest snapshot', () => snapshots.newestValid(model), lost),
        get: (id) => line.call('snapshot', () => snapshots.get(id), lost),
        prune: () => Promise.resolve(0),
      },
      health: new HealthState(),
      deadLetters: new DeadLetters(line.topology(topology)),
      lease,
      writerId: name,
      clock,
      logger,
      metrics,
      fail: () => this.crash(),
    });
  }

  start(): void {
    this.service.start().catch(() => this.crash());
  }

  crash(): void {
    this.crashed = true;
    this.line.die();
    void this.service.stop().catch(() => undefined);
  }

  snapshot(): void {
    if (this.sequence > 0) void this.service.snapshot().catch(() => undefined);
  }

  get sequence(): number {
    return this.service.model?.sequence ?? 0;
  }

  hash(): string {
    return this.service.model.hash().sha256;
  }
}
