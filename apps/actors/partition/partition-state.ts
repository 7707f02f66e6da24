/**
 * What a partition has folded, in memory: its users, its fold and its position. Restored from a checkpoint, or
 * empty; everything after it comes from the log.
 */
import { PartitionActors } from '#actor';
import type { CatalogueView, Item } from '#catalogue';
import { PartitionFold, type FoldEffect, type UserState } from '#interest';
import { AppError, asPartition, errorMessage } from '#kernel';
import type { FeedbackRecord } from '#events';
import { SealedReader } from '#privacy';
import type { PartitionCheckpoint } from '#store';
import type { HostContext } from '../host-context.js';
import { userKind } from './user-kind.js';

export interface FoldOutput {
  emit(record: FeedbackRecord): void;
  effect(effect: FoldEffect): void;
}

/** The catalogue as the fold sees it; which one it is may change while the partition catches up. */
export class SwitchableView implements CatalogueView {
  constructor(public source: CatalogueView) {}
  at(itemId: string, sequence: number): Item | undefined {
    return this.source.at(itemId, sequence);
  }
}

export interface PartitionState {
  readonly users: PartitionActors<UserState>;
  readonly fold: PartitionFold;
  /** Opens what this state has not folded yet. */
  readonly sealed: SealedReader;
  /** Log sequence up to which everything of the partition is folded. */
  position: number;
  /** Log sequence of the checkpoint that Postgres holds, 0 without one. */
  saved: number;
  /** False when a fold failed half way or Postgres lost what it had stored: nothing of it may be saved or shown. */
  sound: boolean;
}

/** @throws AppError REK_SNAPSHOT_INVALID when the checkpoint cannot be read */
export function partitionState(
  partition: number,
  checkpoint: PartitionCheckpoint | undefined,
  context: HostContext,
  view: CatalogueView,
  output: FoldOutput,
): PartitionState {
  const { catalogue, checkpoints, budget, keys, topology } = context;
  const users = new PartitionActors(
    userKind,
    (ids) => checkpoints.load(partition, ids, state.saved),
    budget,
    {
      nothingStored: !checkpoint,
    },
  );
  const ports = [
    asPartition(partition),
    catalogue.settings,
    view,
    users,
    output.emit,
    output.effect,
  ] as const;
  const fold = (): PartitionFold => {
    if (!checkpoint) return new PartitionFold(...ports);
    try {
      return PartitionFold.decode(checkpoint.state, ...ports);
    } catch (error) {
      throw new AppError(
        'REK_SNAPSHOT_INVALID',
        `the fold of partition ${partition} cannot be read: ${errorMessage(error)}`,
        undefined,
        { cause: error },
      );
    }
  };
  const from = checkpoint?.sequence ?? 0;
  const sealed = new SealedReader(keys, topology.partitions);
  const state: PartitionState = { users, fold: fold(), sealed, position: from, saved: from, sound: true };
  return state;
}
