/**
 * Leases in a NATS key-value bucket whose entries expire. The server's compare-and-set decides every race, and its
 * clock alone decides expiry. The epoch is the bucket's revision at which the lease was created: revisions only grow.
 */
import { Kvm, type KV, type KvEntry } from '@nats-io/kv';
import { JetStreamApiError, StorageType, type JetStreamManager } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { AppError, errorMessage, retry, type Epoch, type Partition } from '#kernel';
import type { Lease, LeaseHolder, LeaseStore } from './lease-store.js';
import { qualifiedName } from './names.js';
import type { NatsConnection } from './nats-connection.js';
import { managerOf } from './nats-event-log.js';
import { DUPLICATE_WINDOW_MS } from './streams.js';

const WRONG_LAST_SEQUENCE = 10071;
const OPEN_ATTEMPTS = 10;

export interface LeaseSettings {
  readonly namespace: string;
  readonly log: { readonly replicas: number };
  readonly actors: { readonly leaseMs: number };
}

/** What an entry says. The entry that created the lease does not know its revision yet: there it is the epoch. */
interface LeaseRecord {
  hostId: string;
  epoch?: number;
  floor?: number;
}

export class NatsLeaseStore implements LeaseStore {
  private constructor(
    private readonly bucket: KV,
    private readonly manager: JetStreamManager,
    private readonly bucketName: string,
    readonly leaseMs: number,
  ) {}

  /** Ensures the bucket, with this time to live: the host that starts last decides it. @throws AppError REK_LOG_UNAVAILABLE */
  static async open(connection: NatsConnection, settings: LeaseSettings): Promise<NatsLeaseStore> {
    const name = qualifiedName(settings.namespace, 'REKAPPA_LEASES');
    const ttl = settings.actors.leaseMs;
    const options = {
      ttl,
      history: 1,
      replicas: settings.log.replicas,
      storage: StorageType.File,
      allow_direct: false,
    };
    const manager = await managerOf(connection);
    const ensure = async (): Promise<KV> => {
      const bucket = await new Kvm(connection).create(name, options);
      await ensureTimeToLive(manager, `KV_${name}`, ttl);
      return bucket;
    };
    try {
      const bucket = await retry(ensure, { attempts: OPEN_ATTEMPTS, baseMs: 50, capMs: 1_000 });
      return new NatsLeaseStore(bucket, manager, name, ttl);
    } catch (error) {
      throw new AppError(
        'REK_LOG_UNAVAILABLE',
        `cannot open the lease bucket ${name}: ${errorMessage(error)}`,
        undefined,
        {
          cause: error,
        },
      );
    }
  }

  async acquire(partition: number, hostId: string, floor = 0): Promise<Lease | undefined> {
    const record: LeaseRecord = { hostId, ...(floor > 0 ? { floor } : {}) };
    const revision = await lostRaceAsUndefined(
      this.bucket.create(partitionKey(partition), JSON.stringify(record)),
    );
    if (revision === undefined) return undefined;
    return {
      partition: partition as Partition,
      hostId,
      epoch: Math.max(revision, floor + 1) as Epoch,
      revision,
    };
  }

  async renew(lease: Lease): Promise<boolean> {
    if (await this.update(lease)) return true;
    return (await this.learnRevision(lease)) && (await this.update(lease));
  }

  private async update(lease: Lease): Promise<boolean> {
    const record: LeaseRecord = { hostId: lease.hostId, epoch: lease.epoch };
    const revision = await lostRaceAsUndefined(
      this.bucket.update(partitionKey(lease.partition), JSON.stringify(record), lease.revision),
    );
    if (revision === undefined) return false;
    lease.revision = revision;
    return true;
  }

  /** An earlier renewal may have been stored though its answer was lost. @returns whether the entry is still this lease's */
  private async learnRevision(lease: Lease): Promise<boolean> {
    const entry = await this.bucket.get(partitionKey(lease.partition));
    if (entry?.operation !== 'PUT') return false;
    if (entry.json<LeaseRecord>().hostId !== lease.hostId || epochOf(entry) !== lease.epoch) return false;
    lease.revision = entry.revision;
    return true;
  }

  async release(lease: Lease): Promise<void> {
    const removed = () =>
      lostRaceAsUndefined(
        this.bucket.delete(partitionKey(lease.partition), { previousSeq: lease.revision }).then(() => true),
      );
    if (!(await removed()) && (await this.learnRevision(lease))) await removed();
  }

  async held(): Promise<Map<number, LeaseHolder>> {
    const result = new Map<number, LeaseHolder>();
    for (const entry of await this.entries('partition')) {
      result.set(Number(entry.key.slice('partition.'.length)), {
        hostId: entry.json<LeaseRecord>().hostId,
        epoch: epochOf(entry),
      });
    }
    return new Map([...result].sort(([a], [b]) => a - b));
  }

  async announce(hostId: string): Promise<void> {
    await this.bucket.put(hostKey(hostId), JSON.stringify({ hostId } satisfies LeaseRecord));
  }

  async announcedAt(hostId: string): Promise<number | undefined> {
    return (await this.bucket.get(hostKey(hostId)))?.created.getTime();
  }

  async withdraw(hostId: string): Promise<void> {
    await this.bucket.delete(hostKey(hostId));
  }

  async hosts(): Promise<string[]> {
    const entries = await this.entries('host');
    return entries.map((entry) => entry.json<LeaseRecord>().hostId).sort();
  }

  /** Live entries below `<group>.`, read from the stream's leader. */
  private async entries(group: string): Promise<KvEntry[]> {
    const prefix = `$KV.${this.bucketName}.`;
    const { state } = await this.manager.streams.info(`KV_${this.bucketName}`, {
      subjects_filter: `${prefix}${group}.*`,
    });
    const keys = Object.keys(state.subjects ?? {}).map((subject) => subject.slice(prefix.length));
    const entries = await Promise.all(keys.map((key) => this.bucket.get(key)));
    return entries.filter((entry) => entry?.operation === 'PUT') as KvEntry[];
  }
}

/** Under which epoch a live entry holds its partition. */
function epochOf(entry: KvEntry): Epoch {
  const { epoch, floor } = entry.json<LeaseRecord>();
  return (epoch ?? Math.max(entry.revision, (floor ?? 0) + 1)) as Epoch;
}

const partitionKey = (partition: number): string => `partition.${partition}`;
const hostKey = (hostId: string): string => `host.${Buffer.from(hostId).toString('base64url')}`;

/** The bucket of an earlier start keeps the time to live that it was made with, unless it is told. */
async function ensureTimeToLive(manager: JetStreamManager, stream: string, ttlMs: number): Promise<void> {
  const { config } = await manager.streams.info(stream);
  if (config.max_age === nanos(ttlMs)) return;
  const duplicateWindow = Math.min(nanos(ttlMs), nanos(DUPLICATE_WINDOW_MS)); // the server wants it within the age
  await manager.streams.update(stream, { max_age: nanos(ttlMs), duplicate_window: duplicateWindow });
}

/** A wrong expected revision means that another host was faster, or that the entry has expired. */
async function lostRaceAsUndefined<T>(operation: Promise<T>): Promise<T | undefined> {
  try {
    return await operation;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === WRONG_LAST_SEQUENCE) return undefined;
    throw error;
  }
}
