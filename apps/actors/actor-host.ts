/**
 * The host: leases partitions and runs one PartitionHost for each, while one reader feeds them all.
 *
 *     catch up:  catalogue and settings → log reader
 *     start:     leases; ready when the first partitions are live
 *     stop:      (not ready) → drain and checkpoint every partition → release its lease
 *
 * Losing a lease stops that partition at once; a partition that ends by itself gives its lease back.
 */
import { LeaseKeeper } from '#actor';
import { AppError, errorMessage, Patience, sleep, until, within } from '#kernel';
import type { Lease, LeaseStore } from '#log';
import type { HealthState } from '#observability';
import type { HostContext } from './host-context.js';
import { CheckpointRounds } from './partition/checkpoint-rounds.js';
import { PartitionHost } from './partition/partition-host.js';
import { TickScheduler } from './partition/tick-scheduler.js';
import { recordSettings } from './reading/settings-recorder.js';
import type { Serving } from './serving/rpc-server.js';

/** A start that has not come any further for this long has failed, ms; one that goes on takes as long as it takes. */
const STUCK_MS = 600_000;
const LOOK_MS = 20;
const COMPACT_EVERY_MS = 30_000;
/** For the last answers of a partition that has ended, ms; all they wait for is over. */
const LAST_ANSWERS_MS = 1_000;

interface Running {
  readonly host: PartitionHost;
  readonly ticks: TickScheduler;
  readonly serving: Serving;
}

export interface ActorHostPorts {
  /** Serves requests for the partition. */
  readonly serve: (host: PartitionHost) => Serving;
  /** The host cannot go on: the log is damaged. */
  readonly broken: (error: unknown) => void;
}

export class ActorHost {
  private readonly running = new Map<number, Running>();
  private readonly keeper: LeaseKeeper;
  private readonly rounds: CheckpointRounds;
  private readonly timers: NodeJS.Timeout[] = [];

  constructor(
    readonly hostId: string,
    private readonly context: HostContext,
    leases: LeaseStore,
    private readonly ports: ActorHostPorts,
  ) {
    const { clock, logger, metrics, settings } = context;
    this.keeper = new LeaseKeeper(
      leases,
      {
        acquired: (lease) => this.acquired(lease),
        dropped: (lease, reason) => {
          logger.warn({ partition: lease.partition, epoch: lease.epoch, reason }, 'lease lost');
          metrics.leaseChanges.inc({ change: 'lost' });
          this.letGo(lease);
        },
        releasing: (lease) => this.releasing(lease),
        told: (now, at) => clock.tell(now, at),
        failed: (error) => logger.warn({ err: error }, 'the lease round failed'),
      },
      clock,
      { hostId, partitions: context.topology.partitions },
    );
    this.rounds = new CheckpointRounds(() => this.partitions, settings.actors.checkpointMs);
  }

  get partitions(): PartitionHost[] {
    return [...this.running.values()].map(({ host }) => host);
  }

  /** Reads the catalogue, and follows the log from there on: all that the partitions will share. */
  async catchUp(health: HealthState): Promise<void> {
    const { catalogue, checkpoints, reader } = this.context;
    const known = await checkpoints.sequences();
    const head = await catalogue.bootstrap(Math.max(0, ...known.values()), (done, total) =>
      health.starting({ what: 'reading the catalogue', done, total }),
    );
    const recorded = await recordSettings(catalogue.settings, this.context);
    reader.startBehind(head);
    void reader.run().catch((error) => this.ports.broken(error));
    // The first settings of a log hold for all of it: nothing is folded before it is known whose they are.
    if (catalogue.settings.newest === undefined && recorded > 0)
      await until('the settings are read', () => reader.position >= recorded, STUCK_MS, LOOK_MS);
  }

  /** Takes a share of the partitions; resolves when they serve. */
  async start(health: HealthState): Promise<void> {
    const { settings } = this.context;
    await this.keeper.start();
    this.rounds.start();
    this.timers.push(setInterval(() => this.tick(), settings.actors.tickMs));
    this.timers.push(setInterval(() => void this.compact(), COMPACT_EVERY_MS));
    await this.firstPartitionsLive(health);
  }

  /** Checkpoints and releases everything. */
  async stop(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    this.rounds.stop();
    await this.keeper.close();
    this.context.reader.stop();
  }

  private async firstPartitionsLive(health: HealthState): Promise<void> {
    let reached = -1;
    const patience = new Patience(STUCK_MS);
    for (let hosts = this.partitions; !hosts.every(isSettled); hosts = this.partitions) {
      const done = hosts.reduce((sum, host) => sum + host.position, 0);
      const total = this.context.reader.position * hosts.length;
      health.starting({ what: 'replaying the log', done, total });
      if (done !== reached) patience.moved();
      else if (patience.over)
        throw new Error(`no partition has folded anything for ${STUCK_MS / 60_000} minutes`);
      reached = done;
      await sleep(LOOK_MS);
    }
    health.ready();
  }

  private acquired(lease: Lease): void {
    const { context } = this;
    const host = new PartitionHost(lease, context, {
      holds: () => this.keeper.holds(lease.partition, lease.epoch),
      ended: (error) => this.ended(lease, error),
    });
    const ticks = new TickScheduler(
      context.topology,
      context.clock,
      () => context.metrics.ticks.inc(),
      (error) =>
        context.logger.warn(
          { err: error, partition: lease.partition },
          'a tick was not stored; the next one will be',
        ),
    );
    context.reader.attach(lease.partition, host.inbox);
    this.running.set(lease.partition, { host, ticks, serving: this.ports.serve(host) });
    context.metrics.leaseChanges.inc({ change: 'acquired' });
    context.logger.info({ partition: lease.partition, epoch: lease.epoch }, 'partition acquired');
    host.start();
  }

  /** The keeper has dropped it, or is told to: nothing more is written for the partition. */
  private letGo(lease: Lease): void {
    const running = this.running.get(lease.partition);
    if (running?.host.lease !== lease) return;
    this.running.delete(lease.partition);
    this.detach(running);
    running.host.stop();
  }

  private async releasing(lease: Lease): Promise<void> {
    const running = this.running.get(lease.partition);
    if (running?.host.lease !== lease) return;
    this.detach(running);
    await running.host.drain();
    // Lost meanwhile, and perhaps leased anew: what runs now is not what was drained.
    if (this.running.get(lease.partition) !== running) return;
    this.running.delete(lease.partition);
    await within(
      running.serving.idle(),
      LAST_ANSWERS_MS,
      () => new Error('the last answers took too long'),
    ).catch((error) => this.context.logger.warn({ partition: lease.partition }, errorMessage(error)));
    this.context.metrics.leaseChanges.inc({ change: 'released' });
  }

  private detach({ host, serving }: Running): void {
    this.context.reader.detach(host.partition, host.inbox);
    serving.stop();
  }

  /** The partition ended by itself. Its lease goes back, so that another host, or this one again, can try. */
  private ended(lease: Lease, error: unknown): void {
    const { logger, metrics } = this.context;
    logger.error({ err: error, partition: lease.partition, epoch: lease.epoch }, 'the partition ended');
    metrics.leaseChanges.inc({ change: 'lost' });
    this.letGo(lease);
    this.keeper
      .abandon(lease, floorOf(error))
      .catch((failure) => logger.warn({ err: failure }, 'the lease was not released; it will expire'));
  }

  private tick(): void {
    for (const { host, ticks } of this.running.values()) void ticks.look(host);
  }

  /** Forgets item versions that no partition's checkpoint, whoever owns it, needs any longer. */
  private async compact(): Promise<void> {
    const { checkpoints, catalogue, topology, logger } = this.context;
    try {
      const sequences = await checkpoints.sequences();
      if (sequences.size === topology.partitions) catalogue.compact(Math.min(...sequences.values()));
    } catch (error) {
      logger.warn({ err: error }, 'the catalogue was not compacted');
    }
  }
}

/** A newer epoch than ours was met: the next lease must have a higher one still. */
function floorOf(error: unknown): number | undefined {
  const floor =
    error instanceof AppError && error.code === 'REK_STALE_EPOCH' ? error.details?.['floor'] : undefined;
  return typeof floor === 'number' ? floor : undefined;
}

/** It serves, or it never will. */
function isSettled(host: PartitionHost): boolean {
  return host.servable || host.phase === 'ended';
}
