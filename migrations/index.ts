/** Every migration, oldest first. A migration that was released is never edited: add the next one. */
import { CheckpointsAndSnapshots1717200000000 } from './0001-checkpoints-and-snapshots.js';
import { UserKeys1764201600000 } from './0002-user-keys.js';
import { SnapshotsUncompressed1764288000000 } from './0003-snapshots-uncompressed.js';

export const MIGRATIONS = [
  CheckpointsAndSnapshots1717200000000,
  UserKeys1764201600000,
  SnapshotsUncompressed1764288000000,
] as const;
