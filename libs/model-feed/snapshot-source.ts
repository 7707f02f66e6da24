/** Where snapshots come from: libs/store's SnapshotStore has this shape. */
import type { SnapshotHeader } from '#learning';

export interface StoredSnapshot {
  readonly id: string;
  readonly header: SnapshotHeader;
  readonly chunks: readonly Uint8Array[];
}

export interface SnapshotSource {
  /** The newest that is whole, or undefined. @throws AppError when the store cannot be reached */
  newestValid(model: string): Promise<StoredSnapshot | undefined>;
  get(id: string): Promise<StoredSnapshot | undefined>;
}

/** A model rebuilt beside the live one is stored under a name of its own, that no model can have, so that no learner starts from it unasked. */
export const shadowName = (model: string): string => `${model}.shadow`;
