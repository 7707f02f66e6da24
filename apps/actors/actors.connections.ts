/** What a host is connected to, opened once and closed last. */
import { hostname } from 'node:os';
import type { Settings } from '#config';
import {
  connectNats,
  NatsLeaseStore,
  openTopology,
  type LeaseStore,
  type LogTopology,
  type NatsConnection,
} from '#log';
import type { Logger } from '#observability';
import { openUserKeys, type UserKeys } from '#privacy';
import { migrate, openStore, type Store } from '#store';

export interface HostConnections {
  readonly hostId: string;
  readonly nats: NatsConnection;
  readonly topology: LogTopology;
  readonly leases: LeaseStore;
  readonly store: Store;
  /** Undefined without a master key. */
  readonly keys: UserKeys | undefined;
  close(): Promise<void>;
}

/** @throws AppError REK_KEY_LOST; REK_LOG_UNAVAILABLE, REK_STORE_UNAVAILABLE, REK_PARTITIONS_MISMATCH after bounded retries */
export async function openConnections(settings: Settings, logger: Logger): Promise<HostConnections> {
  // A restarted process is a new host: it must not mistake the leases of the one before for its own.
  const hostId = settings.actors.hostId || `${hostname()}-${process.pid}-${Date.now().toString(36)}`;
  const nats = await connectNats({ natsUrl: settings.natsUrl, name: `rekappa-actors-${hostId}` });
  try {
    const topology = await openTopology(nats, settings, (difference) => logger.warn(difference));
    const leases = await NatsLeaseStore.open(nats, settings);
    await migrate(settings.databaseUrl);
    const store = await openStore(settings.databaseUrl, {
      namespace: settings.namespace,
      onInvalidSnapshot: (problem) => logger.error(problem, 'a snapshot was skipped'),
    });
    const keys = await openUserKeys(settings, store.keys, topology.log);
    return { hostId, nats, topology, leases, store, keys, close: () => closeAll(nats, store, keys) };
  } catch (error) {
    await nats.close();
    throw error;
  }
}

async function closeAll(nats: NatsConnection, store: Store, keys: UserKeys | undefined): Promise<void> {
  await nats.drain();
  keys?.close();
  await store.close();
}
