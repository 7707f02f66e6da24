export type { ActorKind, ActorLoader } from './actor-kind.js';
export { NotResident, PartitionActors, type PartitionActorsOptions } from './partition-actors.js';
export { CheckpointCut, type EncodedActor } from './checkpoint-cut.js';
export { MemoryBudget } from './memory-budget.js';
export { Mailboxes } from './mailbox.js';
export {
  LeaseKeeper,
  VALID_SHARE,
  type LeaseEvents,
  type LeaseKeeperOptions,
  type DropReason,
} from './lease-keeper.js';
export { fairShare } from './fair-share.js';
export { PackedActors, type PackedActor } from './packed-actors.js';
