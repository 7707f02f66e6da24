/**
 * One learner writes, others stand by: an entry of the lease bucket that expires unless renewed. Deltas are fenced by
 * the stream besides (delta-publisher.ts): a lease that was lost unnoticed does no harm.
 */
import { Kvm, type KV } from '@nats-io/kv';
import { sleep } from '#kernel';
import { NatsLeaseStore, qualifiedName, type LeaseSettings, type NatsConnection } from '#log';

export interface WriterLease {
  /** Resolves when this process is the writer; false when it was told to stop first. */
  acquire(signal: AbortSignal): Promise<boolean>;
  /** False: another learner holds it. A server that is away for a moment changes nothing: the stream fences. */
  renew(): Promise<boolean>;
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
    try {
      this.revision = await this.bucket.update(this.key, this.writerId, this.revision);
      return true;
    } catch {
      return this.reclaim();
    }
  }

  /** After an outage longer than the lease: it expired, and is ours again unless somebody was faster. */
  private async reclaim(): Promise<boolean> {
    try {
      this.revision = await this.bucket.create(this.key, this.writerId);
      return true;
    } catch {
      const holder = await this.bucket.get(this.key).catch(() => null);
      return holder === null || holder.operation !== 'PUT' || holder.string() === this.writerId;
    }
  }

  async release(): Promise<void> {
    await this.bucket.delete(this.key, { previousSeq: this.revision }).catch(() => undefined);
  }
}
