export { openStore, type Store, type StoreOptions } from './store.js';
export { migrate } from './migrate.js';
export { CheckpointStore, type CheckpointWrite, type PartitionCheckpoint } from './checkpoint-store.js';
export type { ActorState } from './actor-rows.js';
export {
  SnapshotStore,
  CHUNK_BYTES_MAX,
  type Snapshot,
  type SnapshotInfo,
  type SnapshotInput,
  type InvalidSnapshot,
} from './snapshot-store.js';
export { UserKeyStore } from './user-key-store.js';
