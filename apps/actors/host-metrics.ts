/** Gauges that are sampled rather than counted, once a second. */
import type { PartitionHost } from './partition/partition-host.js';
import type { HostContext } from './host-context.js';

const SAMPLE_MS = 1_000;

export class HostMetrics {
  private timer: NodeJS.Timeout | undefined;
  private head = 0;
  private readonly counted = new WeakMap<object, Record<string, number>>();

  constructor(
    private readonly context: HostContext,
    private readonly partitions: () => PartitionHost[],
    private readonly modelChangedAt: () => number,
  ) {}

  start(): void {
    this.timer = setInterval(() => void this.sample(), SAMPLE_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async sample(): Promise<void> {
    const { topology, metrics, budget, catalogue } = this.context;
    this.head = await topology.log.head().catch(() => this.head);
    const hosts = this.partitions();
    metrics.partitionsOwned.set(hosts.length);
    metrics.residentBytes.set(budget.used);
    metrics.residentActors.set(hosts.reduce((sum, host) => sum + (host.state?.users.size ?? 0), 0));
    metrics.packedActors.set(hosts.reduce((sum, host) => sum + (host.state?.users.packedCount ?? 0), 0));
    metrics.catalogueItems.set(catalogue.current.size);
    metrics.modelAgeSeconds.set((performance.now() - this.modelChangedAt()) / 1000);
    metrics.partitionLagEvents.reset();
    metrics.partitionLagSeconds.reset();
    for (const host of hosts) this.samplePartition(host);
    metrics.checkpointAgeSeconds.set(
      hosts.reduce((age, host) => Math.max(age, host.checkpointAgeMs / 1000), 0),
    );
  }

  private samplePartition(host: PartitionHost): void {
    const { metrics, clock } = this.context;
    const partition = String(host.partition);
    metrics.partitionLagEvents.set({ partition }, this.lagOf(host));
    const oldest = host.inbox.oldestAppendedAt;
    metrics.partitionLagSeconds.set(
      { partition },
      oldest === undefined ? 0 : Math.max(0, clock.now() - oldest) / 1000,
    );
    if (!host.state) return;
    const { users, fold } = host.state;
    this.count(users, { created: users.created, loaded: users.loaded }, (what, by) =>
      metrics.activations.inc({ source: what === 'created' ? 'new' : 'checkpoint' }, by),
    );
    this.count(fold, { ...fold.counters }, (what, by) =>
      metrics.foldOutcomes.inc({ case: snakeCase(what) }, by),
    );
  }

  /** Log entries of the whole log that the partition has not passed yet. */
  private lagOf(host: PartitionHost): number {
    return Math.max(0, this.head - host.position);
  }

  /** Turns totals that live with a partition into increments. */
  private count(
    owner: object,
    totals: Record<string, number>,
    add: (what: string, by: number) => void,
  ): void {
    const before = this.counted.get(owner) ?? totals;
    for (const [what, total] of Object.entries(totals)) {
      const by = total - (before[what] ?? 0);
      if (by > 0) add(what, by);
    }
    this.counted.set(owner, totals);
  }
}

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
