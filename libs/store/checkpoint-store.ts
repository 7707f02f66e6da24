/**
 * Partition checkpoints: the dirty actors, the partition's own state and the log sequence they stand for,
 * in one transaction, guarded by the lease epoch (invariant I3). Durable when `save` returns.
 *
 * A checkpoint is an optimisation (I5): every row carries a SHA-256, and a row that does not match makes the
 * whole partition invalid. The caller then calls `reset` and folds the partition from the log again.
 */
import type { DataSource, EntityManager } from 'typeorm';
import { AppError } from '#kernel';
import { upsertActors, type ActorState } from './actor-rows.js';
import { checksum, matches } from './checksum.js';
import { inLongTransaction, inTransaction, runQuery } from './data-source.js';
import { destroyKeys } from './user-key-store.js';

/** Layout of the rows; a row with a newer one was written by a newer release and is not read. */
export const CHECKPOINT_FORMAT = 1;
/** Rows per page of `users`. */
const PAGE_ROWS = 1_000;
/** A reset may delete millions of rows, ms. */
const RESET_TIMEOUT_MS = 600_000;

export interface PartitionCheckpoint {
  readonly sequence: number;
  readonly state: Uint8Array;
}

export interface CheckpointWrite {
  readonly partition: number;
  readonly epoch: number;
  /** Log sequence of the checkpoint that this one continues: read by `fence` or saved last; 0 without one. */
  readonly follows: number;
  readonly sequence: number;
  readonly state: Uint8Array;
  readonly actors: readonly ActorState[];
  readonly erased: readonly string[];
  /** Names of keys to destroy: nothing that this checkpoint lacks was sealed with them. Default none. */
  readonly forgotten?: readonly string[];
}

interface PartitionRecord {
  epoch: string;
  sequence: string;
  format: number;
  state: Buffer | null;
  sha256: Buffer | null;
}

export class CheckpointStore {
  constructor(
    private readonly source: DataSource,
    private readonly namespace: string,
  ) {}

  /**
   * Makes `epoch` the only one that may write, and returns the checkpoint to continue from; undefined when
   * there is none yet. Idempotent for one epoch.
   * @throws AppError REK_STALE_EPOCH when a newer owner has fenced (`details.floor` is its epoch); REK_SNAPSHOT_INVALID when the row is damaged
   *   (the fence holds nevertheless: reset next); REK_STORE_UNAVAILABLE.
   */
  async fence(partition: number, epoch: number): Promise<PartitionCheckpoint | undefined> {
    // TypeORM hands back [rows, count] for statements that are not plain selects, hence the CTE.
    const rows = await runQuery<PartitionRecord>(
      this.source,
      `WITH fenced AS (
         INSERT INTO rekappa_partition AS p (namespace, partition, epoch, sequence, format)
         VALUES ($1, $2, $3, 0, $4)
         ON CONFLICT (namespace, partition) DO UPDATE SET epoch = excluded.epoch WHERE p.epoch <= excluded.epoch
         RETURNING p.epoch, p.sequence, p.format, p.state, p.sha256)
       SELECT * FROM fenced`,
      [this.namespace, partition, epoch, CHECKPOINT_FORMAT],
    );
    const row = rows[0];
    if (!row) throw stale(partition, epoch, await this.epochOf(partition));
    return this.checked(partition, row);
  }

  /**
   * The states of those users that have one, as of `saved`, the log sequence of the checkpoint that the caller
   * continues, or later. Rows are verified.
   * @throws AppError REK_CHECKPOINT_LOST when Postgres has forgotten that checkpoint; REK_SNAPSHOT_INVALID naming the
   *   first damaged row; REK_STORE_UNAVAILABLE.
   */
  async load(partition: number, userIds: readonly string[], saved: number): Promise<Map<string, Uint8Array>> {
    const states = new Map<string, Uint8Array>();
    if (userIds.length === 0) return states;
    // One statement, hence one snapshot: the sequence is that of the states beside it.
    const rows = await runQuery<{ sequence: string } & (ActorRecord | { user_id: null })>(
      this.source,
      `SELECT p.sequence, a.user_id, a.state, a.sha256 FROM rekappa_partition p
       LEFT JOIN rekappa_actor a ON a.namespace = p.namespace AND a.partition = p.partition AND a.user_id = ANY($3::text[])
       WHERE p.namespace = $1 AND p.partition = $2`,
      [this.namespace, partition, userIds],
    );
    assertNotLost(partition, saved, rows[0]?.sequence);
    for (const row of rows) if (row.user_id !== null) states.set(row.user_id, verified(partition, row));
    return states;
  }

  /**
   * One transaction.
   * @throws AppError REK_STALE_EPOCH when a newer owner has fenced; REK_CHECKPOINT_LOST when Postgres has forgotten
   *   what this owner fenced or saved; REK_STORE_UNAVAILABLE.
   */
  async save(write: CheckpointWrite): Promise<void> {
    const { partition, epoch, sequence, state } = write;
    await inTransaction(this.source, async (manager) => {
      await this.guard(manager, partition, epoch, write.follows);
      await upsertActors(manager, this.namespace, partition, write.actors);
      await this.deleteActors(manager, partition, write.erased);
      await destroyKeys(manager, this.namespace, write.forgotten ?? []);
      await manager.query(
        `UPDATE rekappa_partition SET sequence = $3, format = $4, state = $5, sha256 = $6, saved_at = now()
         WHERE namespace = $1 AND partition = $2`,
        [
          this.namespace,
          partition,
          sequence,
          CHECKPOINT_FORMAT,
          asBuffer(state),
          checksum(identity(partition, sequence), state),
        ],
      );
    });
  }

  /** Forgets the partition's checkpoint, keeping its epoch: the log is folded again from its start. */
  async reset(partition: number, epoch: number): Promise<void> {
    await inLongTransaction(this.source, RESET_TIMEOUT_MS, async (manager) => {
      await this.guard(manager, partition, epoch, 0);
      await manager.query(`DELETE FROM rekappa_actor WHERE namespace = $1 AND partition = $2`, [
        this.namespace,
        partition,
      ]);
      await manager.query(
        `UPDATE rekappa_partition SET sequence = 0, format = $3, state = NULL, sha256 = NULL, saved_at = now()
         WHERE namespace = $1 AND partition = $2`,
        [this.namespace, partition, CHECKPOINT_FORMAT],
      );
    });
  }

  /**
   * Every checkpointed user of the partition, in byte order of the id, paged. The caller keeps the partition
   * from being checkpointed meanwhile if it needs one consistent cut.
   */
  async *users(partition: number): AsyncGenerator<ActorState> {
    let after = '';
    for (;;) {
      const rows = await runQuery<ActorRecord>(
        this.source,
        `SELECT user_id, state, sha256 FROM rekappa_actor
         WHERE namespace = $1 AND partition = $2 AND user_id > $3 ORDER BY user_id LIMIT ${PAGE_ROWS}`,
        [this.namespace, partition, after],
      );
      for (const row of rows) yield { userId: row.user_id, state: verified(partition, row) };
      if (rows.length < PAGE_ROWS) return;
      after = rows[rows.length - 1]!.user_id;
    }
  }

  /** The log sequence of each partition that has a checkpoint. */
  async sequences(): Promise<Map<number, number>> {
    const rows = await runQuery<{ partition: number; sequence: string }>(
      this.source,
      `SELECT partition, sequence FROM rekappa_partition WHERE namespace = $1 AND state IS NOT NULL`,
      [this.namespace],
    );
    return new Map(rows.map((row) => [row.partition, Number(row.sequence)]));
  }

  private async epochOf(partition: number): Promise<string | undefined> {
    const [row] = await runQuery<{ epoch: string }>(
      this.source,
      `SELECT epoch FROM rekappa_partition WHERE namespace = $1 AND partition = $2`,
      [this.namespace, partition],
    );
    return row?.epoch;
  }

  private async guard(
    manager: EntityManager,
    partition: number,
    epoch: number,
    follows: number,
  ): Promise<void> {
    const rows: { epoch: string; sequence: string }[] = await manager.query(
      `SELECT epoch, sequence FROM rekappa_partition WHERE namespace = $1 AND partition = $2 FOR UPDATE`,
      [this.namespace, partition],
    );
    const [row] = rows;
    if (Number(row?.epoch ?? 0) > epoch) throw stale(partition, epoch, row?.epoch);
    if (Number(row?.epoch ?? 0) < epoch) throw lost(partition, `the fence of epoch ${epoch}`);
    assertNotLost(partition, follows, row?.sequence);
  }

  private async deleteActors(
    manager: EntityManager,
    partition: number,
    userIds: readonly string[],
  ): Promise<void> {
    if (userIds.length === 0) return;
    await manager.query(
      `DELETE FROM rekappa_actor WHERE namespace = $1 AND partition = $2 AND user_id = ANY($3::text[])`,
      [this.namespace, partition, userIds],
    );
  }

  private checked(partition: number, row: PartitionRecord): PartitionCheckpoint | undefined {
    if (row.format > CHECKPOINT_FORMAT) {
      throw new AppError(
        'REK_SNAPSHOT_INVALID',
        `the checkpoint of partition ${partition} has the newer format ${row.format}`,
      );
    }
    if (row.state === null || row.sha256 === null) return undefined;
    const sequence = Number(row.sequence);
    if (!matches(identity(partition, sequence), row.state, row.sha256)) {
      throw new AppError(
        'REK_SNAPSHOT_INVALID',
        `the checkpoint of partition ${partition} does not match its checksum`,
      );
    }
    return { sequence, state: row.state };
  }
}

interface ActorRecord {
  user_id: string;
  state: Buffer;
  sha256: Buffer;
}

function verified(partition: number, row: ActorRecord): Uint8Array {
  if (matches(row.user_id, row.state, row.sha256)) return row.state;
  throw new AppError(
    'REK_SNAPSHOT_INVALID',
    `the checkpoint of a user in partition ${partition} does not match its checksum`,
    { partition },
  );
}

/** A checkpoint's sequence only grows: a smaller one is that of a Postgres that went back in time. */
function assertNotLost(partition: number, saved: number, stored: string | undefined): void {
  if (Number(stored ?? 0) < saved) throw lost(partition, `the checkpoint at ${saved}`);
}

function lost(partition: number, what: string): AppError {
  return new AppError('REK_CHECKPOINT_LOST', `Postgres has forgotten ${what} of partition ${partition}`, {
    partition,
  });
}

function stale(partition: number, epoch: number, current?: string): AppError {
  const owner = current === undefined ? 'a newer owner' : `epoch ${current}`;
  const floor = Number(current ?? 0);
  return new AppError(
    'REK_STALE_EPOCH',
    `partition ${partition} is fenced by ${owner}; this host has epoch ${epoch}`,
    { partition, epoch, floor },
  );
}

const identity = (partition: number, sequence: number): string => `${partition}:${sequence}`;

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
