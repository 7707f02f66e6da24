/** Opens Postgres for one namespace. Run `migrate` first: opening changes no schema. */
import type { DataSource } from 'typeorm';
import { CheckpointStore } from './checkpoint-store.js';
import { runQuery } from './data-source.js';
import { connect } from './migrate.js';
import { UserKeyStore } from './user-key-store.js';
import { SnapshotStore, type InvalidSnapshot } from './snapshot-store.js';

export interface StoreOptions {
  /** Default `default`. */
  readonly namespace?: string;
  /** Told of each snapshot that was skipped. Default: a process warning. */
  readonly onInvalidSnapshot?: (problem: InvalidSnapshot) => void;
  /** Attempts to connect before giving up. */
  readonly connectAttempts?: number;
  /** Longest silence of a Postgres that owes an answer, ms; then the call fails. Default: a little over the longest statement. */
  readonly silenceMs?: number;
}

export interface Store {
  readonly checkpoints: CheckpointStore;
  readonly snapshots: SnapshotStore;
  readonly keys: UserKeyStore;
  readonly source: DataSource;
  /** @throws AppError REK_STORE_UNAVAILABLE */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** @throws AppError REK_STORE_UNAVAILABLE after bounded retries */
export async function openStore(databaseUrl: string, options: StoreOptions = {}): Promise<Store> {
  const source = await connect(databaseUrl, options.connectAttempts, options.silenceMs);
  const namespace = options.namespace ?? 'default';
  const onInvalid = options.onInvalidSnapshot ?? warn;
  return {
    source,
    checkpoints: new CheckpointStore(source, namespace),
    keys: new UserKeyStore(source, namespace),
    snapshots: new SnapshotStore(source, namespace, onInvalid),
    ping: async () => void (await runQuery(source, 'SELECT 1', [])),
    close: async () => {
      if (source.isInitialized) await source.destroy();
    },
  };
}

function warn(problem: InvalidSnapshot): void {
  process.emitWarning(`skipped: ${problem.reason}`, { code: 'REK_SNAPSHOT_INVALID' });
}
