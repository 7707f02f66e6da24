/** What the learner is connected to, opened once and closed last. */
import { hostname } from 'node:os';
import type { Settings } from '#config';
import { connectNats, DeadLetters, openTopology, type LogTopology, type NatsConnection } from '#log';
import { LazySnapshots } from '#model-feed';
import type { Logger } from '#observability';
import { migrate, openStore } from '#store';
import { NatsWriterLease } from './writer-lease.js';

/** One try each time the store is used: LazySnapshots comes back. */
const CONNECT_ATTEMPTS = 2;

export interface LearnerConnections {
  readonly nats: NatsConnection;
  readonly topology: LogTopology;
  readonly deadLetters: DeadLetters;
  readonly snapshots: LazySnapshots;
  readonly lease: NatsWriterLease;
  readonly writerId: string;
  close(): Promise<void>;
}

/** @throws AppError REK_LOG_UNAVAILABLE, REK_PARTITIONS_MISMATCH */
export async function openConnections(settings: Settings, logger: Logger): Promise<LearnerConnections> {
  const writerId = `${hostname()}-${process.pid}-${Date.now().toString(36)}`;
  const nats = await connectNats({ natsUrl: settings.natsUrl, name: `rekappa-learner-${writerId}` });
  const topology = await openTopology(nats, settings, (difference) => logger.warn(difference));
  const snapshots = new LazySnapshots(
    async () => {
      const store = await openStore(settings.databaseUrl, {
        namespace: settings.namespace,
        connectAttempts: CONNECT_ATTEMPTS,
      });
      await migrate(settings.databaseUrl);
      return store;
    },
    (reason) => logger.error({ reason }, 'invalid snapshot'),
  );
  const lease = await NatsWriterLease.open(nats, settings, settings.model.name, writerId);
  return {
    nats,
    topology,
    snapshots,
    lease,
    writerId,
    deadLetters: new DeadLetters(topology),
    close: async () => {
      await snapshots.close();
      await nats.drain();
    },
  };
}
