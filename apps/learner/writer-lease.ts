/**
 * One learner writes, others stand by: an entry of the lease bucket that expires unless renewed. Deltas are fenced by
 * the stream besides (delta-publisher.ts): a lease that was lost unnoticed does no harm.
 */
import { Kvm, type KV, type KvEntry } from '@nats-io/kv';
import { sleep } from '#kernel';
import { NatsLeaseStore, qualifiedName, type LeaseSettings, type NatsConnection } from '#log';

export interface WriterLease {
  /** Resolves when this process is the writer; false when it was told to stop first. */
  acquire(signal: AbortSignal): Promise<boolean>;
  /** False: another learner holds it. A server that is away for a moment changes nothing: the stream fences. */
  renew(): Promise<boolean>;
  /** Another learner may acquire at once. */
  release(): Promise<void>;
}

export class NatsWriterLease implements WriterLease {
  private revision = 0;

  private constructor(
    private readonly bucket: KV,
    private readonly key: string,
    private readonly writerId: string,
    readonly leaseMs: number,
  ) {}

  static async open(
    connection: NatsConnection,
    settings: LeaseSettings,
    model: string,
    writerId: string,
  ): Promise<NatsWriterLease> {
    await NatsLeaseStore.open(connection, settings); // ensures the bucket
    const bucket = await new Kvm(connection).open(qualifiedName(settings.namespace, 'REKAPPA_LEASES'));
    return new NatsWriterLease(bucket, `learner.${model}`, writerId, settings.actors.leaseMs);
  }

  async acquire(signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      try {
        this.revision = await this.bucket.create(this.key, this.writerId);
        return true;
      } catch {
        await sleep(this.leaseMs / 4);
      }
    }
    return false;
  }

  async renew(): Promise<boolean> {
    return (await this.update()) || this.reclaim();
  }

  private update(): Promise<boolean> {
    return this.stored(this.bucket.update(this.key, this.writerId, this.revision));
  }

  /** After an outage longer than the lease: it expired, and is ours again unless somebody was faster. */
  private async reclaim(): Promise<boolean> {
    if (await this.stored(this.bucket.create(this.key, this.writerId))) return true;
    const holder = await this.holder();
    if (this.learnRevision(holder)) await this.update();
    return holder === undefined || holder.string() === this.writerId;
  }

  /** An earlier renewal may have been stored though its answer was lost. @returns whether the entry is ours */
  private learnRevision(holder: KvEntry | undefined): boolean {
    if (holder?.string() !== this.writerId) return false;
    this.revision = holder.revision;
    return true;
  }

  /** Undefined: nobody, or the server is away. */
  private async holder(): Promise<KvEntry | undefined> {
    const entry = await this.bucket.get(this.key).catch(() => null);
    return entry?.operation === 'PUT' ? entry : undefined;
  }

  private async stored(writing: Promise<number>): Promise<boolean> {
    try {
      this.revision = await writing;
      return true;
    } catch {
      return false;
    }
  }

  async release(): Promise<void> {
    if (!(await this.removed()) && this.learnRevision(await this.holder())) await this.removed();
  }

  private removed(): Promise<boolean> {
    return this.bucket.delete(this.key, { previousSeq: this.revision }).then(
      () => true,
      () => false,
    );
  }
}
