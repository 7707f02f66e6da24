/** `rpc.hosts.status` and `rpc.hosts.hash`: every host answers for the partitions it owns. */
import type { ModelReplica } from '#learning';
import { totalsBy } from '#observability';
import type { PartitionHost } from '../partition/partition-host.js';
import { hashPartition } from '../partition/partition-hash.js';
import type { HostContext } from '../host-context.js';

export interface PartitionStatus {
  readonly partition: number;
  readonly epoch: number;
  readonly phase: string;
  /** Log sequence folded. */
  readonly position: number;
  readonly checkpoint: number;
  /** Log entries, of all partitions, between `position` and the head of the log. */
  readonly lagEvents: number;
  /** Resident users. */
  readonly users: number;
}

export interface HostStatus {
  readonly hostId: string;
  readonly modelVersion: string;
  /** FEEDBACK sequence up to which its replica of the model has learnt. */
  readonly modelSequence: number;
  /** Since its replica last changed, ms. */
  readonly modelAgeMs: number;
  readonly items: number;
  /** Events folded since the process started, by kind. */
  readonly foldedEvents: Readonly<Record<string, number>>;
  /** Items put into lists since the process started, by the recall channel that found them. */
  readonly listedItems: Readonly<Record<string, number>>;
  readonly partitions: readonly PartitionStatus[];
}

export interface HostHash {
  readonly hostId: string;
  readonly partitions: readonly { partition: number; sequence: number; users: number; sha256: string }[];
}

export async function hostStatus(
  hostId: string,
  { version, sequence }: Pick<ModelReplica, 'version' | 'sequence'>,
  modelChangedAt: number,
  partitions: readonly PartitionHost[],
  context: HostContext,
): Promise<HostStatus> {
  const { topology, metrics, clock } = context;
  const [head, foldedEvents, listedItems] = await Promise.all([
    topology.log.head(),
    totalsBy(metrics.foldedEvents, 'kind'),
    totalsBy(metrics.listedItems, 'channel'),
  ]);
  return {
    hostId,
    modelVersion: version,
    modelSequence: sequence,
    modelAgeMs: Math.round(clock.monotonic() - modelChangedAt),
    items: context.catalogue.current.size,
    foldedEvents,
    listedItems,
    partitions: partitions.map((host) => partitionStatus(host, head)),
  };
}

/** One partition after the other, each standing still while it is hashed: `sequence` differs between them. */
export async function hostHash(
  hostId: string,
  partitions: readonly PartitionHost[],
  { checkpoints }: HostContext,
): Promise<HostHash> {
  const hashes = [];
  for (const host of partitions) {
    hashes.push(
      await host.between(async ({ users, position }) => {
        const stored = users.complete ? nothing() : checkpoints.users(host.partition);
        return { partition: host.partition, sequence: position, ...(await hashPartition(users, stored)) };
      }),
    );
  }
  return { hostId, partitions: hashes };
}

function partitionStatus(host: PartitionHost, head: number): PartitionStatus {
  return {
    partition: host.partition,
    epoch: host.lease.epoch,
    phase: host.phase,
    position: host.position,
    checkpoint: host.checkpointSequence,
    lagEvents: Math.max(0, head - host.position),
    users: host.state?.users.size ?? 0,
  };
}

async function* nothing(): AsyncGenerator<never> {}
