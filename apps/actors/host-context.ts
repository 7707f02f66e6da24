/** What all partitions of a host share. Made once by the wiring; everything in it outlives every partition. */
import type { MemoryBudget } from '#actor';
import type { Settings } from '#config';
import type { ToldClock, Turns } from '#kernel';
import type { LogTopology } from '#log';
import type { Logger, Metrics } from '#observability';
import type { UserKeys } from '#privacy';
import type { CheckpointStore } from '#store';
import type { CatalogueReplica } from './reading/catalogue-replica.js';
import type { DeadLetterQueue } from './reading/dead-letter-queue.js';
import type { LogReader } from './reading/log-reader.js';

export interface HostContext {
  readonly settings: Settings;
  readonly topology: LogTopology;
  readonly checkpoints: CheckpointStore;
  /** Undefined without a master key: nothing sealed can be read. */
  readonly keys: UserKeys | undefined;
  readonly catalogue: CatalogueReplica;
  readonly reader: LogReader;
  readonly dead: DeadLetterQueue;
  readonly budget: MemoryBudget;
  readonly turns: Turns;
  /** Told by the lease store: a host whose own clock jumps must close no window early or late. */
  readonly clock: ToldClock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}
