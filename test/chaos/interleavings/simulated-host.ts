/** An actor host as it runs in production (ActorHost and all below it), on simulated servers and a clock of its own. */
import { MemoryBudget, type LeaseKeeper } from '#actor';
import type { Settings } from '#config';
import { EVENT_VERSION, type Served } from '#events';
import { foldSettingsOf, SettingsHistory } from '#interest';
import { partitionOf, ToldClock, Turns, type Clock } from '#kernel';
import { DeadLetters, type LeaseStore, type LogTopology } from '#log';
import { createLogger, createMetrics, HealthState } from '#observability';
import type { CheckpointStore } from '#store';
import { ActorHost } from '../../../apps/actors/actor-host.js';
import type { PartitionHost } from '../../../apps/actors/partition/partition-host.js';
import { CatalogueReplica } from '../../../apps/actors/reading/catalogue-replica.js';
import { DeadLetterQueue } from '../../../apps/actors/reading/dead-letter-queue.js';
import { LogReader } from '../../../apps/actors/reading/log-reader.js';
import { ServedWriter } from '../../../apps/actors/serving/served-writer.js';
import { Line, type Schedule } from './line.js';
import type { MemoryCheckpoints } from './memory-checkpoints.js';
import { HostClock } from './simulated-time.js';

/** Resident users of a few kilobytes: so few that hosts passivate and load all the time. */
const RESIDENT_BYTES_MAX = 12_000;

const logger = createLogger('actors', 'silent');
const metrics = createMetrics('actors');

export interface SimulatedServers {
  readonly topology: LogTopology;
  readonly leases: LeaseStore;
  readonly checkpoints: MemoryCheckpoints;
}

export class SimulatedHost {
  readonly clock: HostClock;
  crashed = false;
  private readonly host: ActorHost;
  private readonly data: Line;
  private readonly lease: Line;
  private readonly writer: ServedWriter;

  constructor(
    readonly hostId: string,
    servers: SimulatedServers,
    private readonly settings: Settings,
    time: Clock,
    schedule: Schedule,
  ) {
    this.clock = new HostClock(time);
    this.data = new Line(hostId, schedule);
    this.lease = new Line(`${hostId} leases`, schedule);
    const topology = this.data.topology(servers.topology);
    this.writer = new ServedWriter(topology, 0, undefined, () => undefined);
    const dead = new DeadLetterQueue(
      new DeadLetters(topology),
      'actors',
      () => undefined,
      () => undefined,
    );
    const catalogue = new CatalogueReplica(topology, dead, new SettingsHistory(foldSettingsOf(settings)));
    this.host = new ActorHost(
      hostId,
      {
        settings,
        topology,
        checkpoints: checkpointsVia(this.data, servers.checkpoints),
        catalogue,
        reader: new LogReader(topology, catalogue, () => undefined),
        dead,
        budget: new MemoryBudget(RESIDENT_BYTES_MAX),
        turns: new Turns(),
        clock: new ToldClock(this.clock),
        keys: undefined,
        logger,
        metrics,
      },
      leasesVia(this.lease, servers.leases),
      {
        serve: () => ({ stop: () => undefined, idle: () => Promise.resolve() }),
        broken: () => this.crash(),
      },
    );
  }

  start(): void {
    const health = new HealthState();
    const started = this.host.catchUp(health).then(() => this.host.start(health));
    started.catch(() => this.crash());
  }

  get partitions(): readonly PartitionHost[] {
    return this.crashed ? [] : this.host.partitions;
  }

  /** Serves a list and writes that down, as a host does that takes the user for its own. @returns nothing when it does not */
  serve(userId: string, items: readonly string[], id: string, timestamp: number): Served | undefined {
    const partition = partitionOf(userId, this.settings.log.partitions);
    const own = this.partitions.find((host) => host.partition === partition && host.servable);
    if (!own) return undefined;
    const served: Served = {
      kind: 'served',
      eventId: id,
      userId,
      timestamp,
      version: EVENT_VERSION,
      recommendationId: id,
      scenario: 'home',
      policy: 'random',
      modelVersion: 'none',
      epoch: own.lease.epoch,
      items: items.map((itemId, i) => ({
        itemId,
        position: i + 1,
        score: 1 / (i + 1),
        channel: 'new',
        propensity: 1 / (i + 2),
      })),
    };
    this.writer.write(served);
    return served;
  }

  get frozen(): boolean {
    return this.data.cut;
  }

  /** Whether it would act for the partition now. */
  holds({ lease }: PartitionHost): boolean {
    // The keeper is nobody else's business in production.
    const { keeper } = this.host as unknown as { keeper: LeaseKeeper };
    return keeper.holds(lease.partition, lease.epoch);
  }

  /** The process is gone at once; what it has sent may still arrive. */
  crash(): void {
    this.crashed = true;
    for (const line of [this.data, this.lease]) line.die();
    for (const host of this.host.partitions) host.stop();
  }

  freeze(): void {
    for (const line of [this.data, this.lease]) line.freeze();
  }

  thaw(): void {
    for (const line of [this.data, this.lease]) line.thaw();
  }

  /** Its clock stands still and it hears nothing more of leases: it believes for ever that those it has are its own. */
  believe(): void {
    this.clock.stop();
    this.lease.freeze();
  }

  /** Hands everything over and ends. */
  async drain(): Promise<void> {
    await this.host.stop();
    this.crash();
  }
}

function leasesVia(line: Line, store: LeaseStore): LeaseStore {
  const lost = 'REK_LOG_UNAVAILABLE';
  return {
    leaseMs: store.leaseMs,
    acquire: (partition, hostId, floor) =>
      line.call(`acquire ${partition}`, () => store.acquire(partition, hostId, floor), lost),
    renew: async (lease) => {
      const sent = { ...lease }; // a lost answer leaves the caller with the old revision
      const renewed = await line.call(`renew ${lease.partition}`, () => store.renew(sent), lost);
      lease.revision = sent.revision;
      return renewed;
    },
    release: (lease) => line.call(`release ${lease.partition}`, () => store.release(lease), lost),
    held: () => line.call('held', () => store.held(), lost),
    announce: (hostId) => line.call('announce', () => store.announce(hostId), lost),
    announcedAt: (hostId) => line.call('announcedAt', () => store.announcedAt(hostId), lost),
    withdraw: (hostId) => line.call('withdraw', () => store.withdraw(hostId), lost),
    hosts: () => line.call('hosts', () => store.hosts(), lost),
  };
}

function checkpointsVia(line: Line, store: MemoryCheckpoints): CheckpointStore {
  const lost = 'REK_STORE_UNAVAILABLE';
  const via: Pick<CheckpointStore, 'fence' | 'load' | 'save' | 'reset' | 'users' | 'sequences'> = {
    fence: (partition, epoch) => line.call(`fence ${partition}`, () => store.fence(partition, epoch), lost),
    load: (partition, ids, saved) =>
      line.call(`load ${partition}`, () => store.load(partition, ids, saved), lost),
    save: (write) => line.call(`save ${write.partition}`, () => store.save(write), lost),
    reset: (partition, epoch) => line.call(`reset ${partition}`, () => store.reset(partition, epoch), lost),
    users: (partition) => store.users(partition),
    sequences: () => line.call('sequences', () => store.sequences(), lost),
  };
  return via as CheckpointStore; // the class has nothing else that is public
}
