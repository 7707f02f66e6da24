/**
 * CheckpointStore in memory, with the same guards (libs/store/checkpoint-store.ts), and with what can happen to a Postgres:
 * it forgets what it has acknowledged, or its rows are damaged.
 */
import { AppError } from '#kernel';
import type { ActorState, CheckpointStore, CheckpointWrite, PartitionCheckpoint } from '#store';

interface Row {
  epoch: number;
  sequence: number;
  state: Uint8Array | undefined;
  users: ReadonlyMap<string, Uint8Array>;
  damaged: boolean;
}

type Port = Pick<CheckpointStore, 'fence' | 'load' | 'save' | 'reset' | 'users' | 'sequences'>;

const EMPTY: Row = { epoch: 0, sequence: 0, state: undefined, users: new Map(), damaged: false };

export class MemoryCheckpoints implements Port {
  private readonly rows = new Map<number, Row>();
  /** Every version of a partition's row, oldest first. */
  private readonly versions = new Map<number, Row[]>();

  async fence(partition: number, epoch: number): Promise<PartitionCheckpoint | undefined> {
    const row = this.row(partition);
    if (row.epoch > epoch) throw stale(row.epoch);
    this.put(partition, { ...row, epoch });
    this.check(row);
    return row.state && { sequence: row.sequence, state: row.state };
  }

  async load(partition: number, userIds: readonly string[], saved: number): Promise<Map<string, Uint8Array>> {
    const row = this.row(partition);
    assertNotLost(row, saved);
    this.check(row);
    return new Map(
      userIds.flatMap((id) => {
        const state = row.users.get(id);
        return state ? [[id, state] as const] : [];
      }),
    );
  }

  async save({ partition, epoch, follows, sequence, state, actors, erased }: CheckpointWrite): Promise<void> {
    const row = this.row(partition);
    this.guard(row, epoch, follows);
    const users = new Map(row.users);
    for (const actor of actors) users.set(actor.userId, actor.state);
    for (const id of erased) users.delete(id);
    this.put(partition, { epoch, sequence, state, users, damaged: false });
  }

  async reset(partition: number, epoch: number): Promise<void> {
    this.guard(this.row(partition), epoch, 0);
    this.put(partition, { ...EMPTY, epoch });
  }

  async *users(partition: number): AsyncGenerator<ActorState> {
    const { users } = this.row(partition);
    const sorted = [...users].map(([userId, state]) => ({ userId, state, key: Buffer.from(userId) }));
    yield* sorted.sort((a, b) => Buffer.compare(a.key, b.key));
  }

  async sequences(): Promise<Map<number, number>> {
    return new Map([...this.rows].filter(([, { state }]) => state).map(([p, { sequence }]) => [p, sequence]));
  }

  /**
   * The partition is as it was so many writes ago, and what came after was never written: a Postgres that lost the tail of
   * its write-ahead log does not find it again later. @returns whether that was another state
   */
  forget(partition: number, writes: number): boolean {
    const versions = this.versions.get(partition) ?? [];
    const kept = versions.slice(0, Math.max(1, versions.length - writes));
    const older = kept.at(-1);
    if (!older || older === this.rows.get(partition)) return false;
    this.rows.set(partition, older);
    this.versions.set(partition, kept);
    return true;
  }

  /** The row of the partition is unreadable from now on. @returns whether there was one */
  damage(partition: number): boolean {
    const row = this.rows.get(partition);
    if (!row?.state) return false;
    this.put(partition, { ...row, damaged: true });
    return true;
  }

  private row(partition: number): Row {
    return this.rows.get(partition) ?? EMPTY;
  }

  private put(partition: number, row: Row): void {
    this.rows.set(partition, row);
    this.versions.set(partition, [...(this.versions.get(partition) ?? []), row]);
  }

  private guard(row: Row, epoch: number, follows: number): void {
    if (row.epoch > epoch) throw stale(row.epoch);
    if (row.epoch < epoch) throw new AppError('REK_CHECKPOINT_LOST', `the fence of epoch ${epoch} is gone`);
    assertNotLost(row, follows);
  }

  private check({ damaged }: Row): void {
    if (damaged) throw new AppError('REK_SNAPSHOT_INVALID', 'the checkpoint does not match its checksum');
  }
}

function assertNotLost({ sequence }: Row, saved: number): void {
  if (sequence < saved) throw new AppError('REK_CHECKPOINT_LOST', `the checkpoint at ${saved} is gone`);
}

function stale(epoch: number): AppError {
  return new AppError('REK_STALE_EPOCH', `fenced by epoch ${epoch}`, { floor: epoch });
}
