/**
 * The one reader of the whole LOG on a host, in total order: catalogue entries are folded at once, user frames go to
 * the inbox of their partition if this host owns it.
 *
 * Delivery and `position` move together, without waiting in between: whoever notes `position` and reopens
 * its inbox in the same turn gets every later message, and none twice.
 */
import type { AppError } from '#kernel';
import type { LogMessage, LogTopology } from '#log';
import { SEALED_SUBJECT } from '#privacy';
import type { CatalogueReplica } from './catalogue-replica.js';

/** How long the reader waits for a slow partition before it leaves it behind, ms. */
export const SLOW_PARTITION_MS = 1_000;

export interface Delivery {
  deliver(messages: readonly LogMessage[], through: number): void;
  roomy(): boolean;
  room(): Promise<void>;
  /** The reader goes on without it: it must read for itself until it has caught up. */
  leaveBehind(): void;
}

export class LogReader {
  private readonly partitions = new Map<number, Delivery>();
  private readonly stopping = new AbortController();
  private read = 0;

  constructor(
    private readonly topology: LogTopology,
    private readonly catalogue: CatalogueReplica,
    private readonly folded: (itemEvents: number) => void,
    /** Why it may not go on where users are sealed; undefined: this host has their keys. */
    private readonly sealedRefusal?: AppError,
  ) {}

  /** Log sequence up to which everything has been delivered and the catalogue is folded. */
  get position(): number {
    return this.read;
  }

  attach(partition: number, delivery: Delivery): void {
    this.partitions.set(partition, delivery);
  }

  detach(partition: number, delivery: Delivery): void {
    if (this.partitions.get(partition) === delivery) this.partitions.delete(partition);
  }

  /** Says that the catalogue is folded up to `sequence`: reading starts behind it. */
  startBehind(sequence: number): void {
    this.read = sequence;
  }

  /** Reads until stopped. @throws AppError REK_LOG_DAMAGED; REK_CONFIG_INVALID when users are sealed from here on and this host has no key */
  async run(): Promise<void> {
    for await (const batch of this.topology.log.read({ from: this.read + 1, signal: this.stopping.signal })) {
      await this.catalogue.room();
      if (this.stopping.signal.aborted) return;
      if (batch.length > 0) await this.dispatch(batch);
    }
  }

  stop(): void {
    this.stopping.abort();
  }

  private async dispatch(batch: readonly LogMessage[]): Promise<void> {
    const mail = new Map<number, LogMessage[]>();
    for (const message of batch) {
      if (message.subject === this.topology.subjects.item) {
        this.folded(this.catalogue.apply(message));
        continue;
      }
      if (this.sealedRefusal && message.subject.endsWith(SEALED_SUBJECT)) throw this.sealedRefusal;
      const partition = Number(message.subject.slice(message.subject.lastIndexOf('.') + 1));
      const own = mail.get(partition);
      if (own) own.push(message);
      else if (this.partitions.has(partition)) mail.set(partition, [message]);
    }
    const through = batch[batch.length - 1]!.sequence;
    this.read = through;
    for (const [partition, delivery] of this.partitions) delivery.deliver(mail.get(partition) ?? [], through);
    await this.waitForSlow();
  }

  private async waitForSlow(): Promise<void> {
    const slow = [...this.partitions.values()].filter((delivery) => !delivery.roomy());
    if (slow.length === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<void>((resolve) => (timer = setTimeout(resolve, SLOW_PARTITION_MS)));
    await Promise.race([Promise.all(slow.map((delivery) => delivery.room())), deadline]);
    clearTimeout(timer);
    for (const delivery of slow) if (!delivery.roomy()) delivery.leaveBehind();
  }
}
