/**
 * A snapshot store that need not be there: opened at first use, tried again at the next when that failed, so that a
 * process starts and runs without Postgres (invariant I6).
 */
import type { SnapshotInput, Store } from '#store';
import { AppError, inTurns, Turns } from '#kernel';
import { verifying, type SnapshotHeader } from '#learning';
import type { SnapshotSource, StoredSnapshot } from './snapshot-source.js';

export class LazySnapshots implements SnapshotSource {
  private readonly turns = new Turns();
  private opening: Promise<Store> | undefined;

  /** @param open connects once; rejects when the database cannot be reached */
  constructor(
    private readonly open: () => Promise<Store>,
    private readonly onInvalid: (reason: string) => void,
  ) {}

  /** The newest that the store and this version's codec both find whole; the others are reported and skipped (I5). */
  newestValid(model: string): Promise<StoredSnapshot | undefined> {
    return this.with(async ({ snapshots }) => {
      for (const { id } of await snapshots.list(model)) {
        try {
          const snapshot = await snapshots.get<SnapshotHeader>(id);
          if (!snapshot) continue;
          await inTurns(verifying(snapshot.header, snapshot.chunks), this.turns);
          return snapshot;
        } catch (error) {
          if (!(error instanceof AppError) || error.code !== 'REK_SNAPSHOT_INVALID') throw error;
          this.onInvalid(`snapshot ${id} is skipped: ${error.message}`);
        }
      }
      return undefined;
    });
  }

  get(id: string): Promise<StoredSnapshot | undefined> {
    return this.with((store) => store.snapshots.get<SnapshotHeader>(id));
  }

  /** @param signal gives it up: nothing of it is stored then */
  write(snapshot: SnapshotInput, signal?: AbortSignal): Promise<string> {
    return this.with((store) => store.snapshots.write(snapshot, signal));
  }

  prune(model: string, keep: number): Promise<number> {
    return this.with((store) => store.snapshots.prune(model, keep));
  }

  async close(): Promise<void> {
    const store = await this.opening?.catch(() => undefined);
    await store?.close();
  }

  private async with<T>(operation: (store: Store) => Promise<T>): Promise<T> {
    this.opening ??= this.open();
    let store: Store;
    try {
      store = await this.opening;
    } catch (error) {
      this.opening = undefined;
      throw error;
    }
    return operation(store);
  }
}
