/**
 * Model snapshots: a header and a body in chunks of at most 1 MB, written in one transaction, so that a
 * snapshot either exists whole or not at all; durable when `write` returns.
 *
 * A snapshot is an optimisation (I5): `newestValid` verifies length and SHA-256 of header and chunks, and
 * reports and skips the corrupt, the truncated and those of a newer format.
 */
import { createHash, randomUUID, type Hash } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { AppError, errorMessage } from '#kernel';
import { copiedBytes } from './copied-bytes.js';
import { inTransaction, runQuery } from './data-source.js';

export const SNAPSHOT_FORMAT = 1;
/** A larger chunk is split. */
export const CHUNK_BYTES_MAX = 1024 * 1024;

/** The writer is busy with other things: each answer it waits for costs it more than a megabyte. */
const CHUNKS_IN_WRITE = 8;
/** Bounds what is in memory twice while a snapshot is read. */
const CHUNKS_IN_READ = 16;

export interface SnapshotInput {
  readonly model: string;
  readonly version: string;
  /** Sequence of the stream folded into it. */
  readonly sequence: number;
  /** Any JSON object. */
  readonly header: object;
  readonly chunks: readonly Uint8Array[];
}

export interface SnapshotInfo {
  readonly id: string;
  readonly model: string;
  readonly version: string;
  readonly sequence: number;
  readonly bytes: number;
  readonly createdAt: Date;
}

export interface Snapshot<H = Record<string, unknown>> extends SnapshotInfo {
  readonly header: H;
  readonly chunks: Uint8Array[];
}

export interface InvalidSnapshot {
  readonly id: string;
  readonly model: string;
  readonly reason: string;
}

interface SnapshotRecord {
  id: string;
  model: string;
  version: string;
  format: number;
  sequence: string;
  header: string;
  chunks: number;
  bytes: string;
  sha256: Buffer;
  complete: boolean;
  created_at: Date;
}

export class SnapshotStore {
  constructor(
    private readonly source: DataSource,
    private readonly namespace: string,
    private readonly onInvalid: (problem: InvalidSnapshot) => void,
  ) {}

  /**
   * @param signal gives it up: nothing of it is stored then
   * @returns the snapshot's id
   * @throws AppError REK_STORE_UNAVAILABLE, or what the signal was aborted for
   */
  async write(snapshot: SnapshotInput, signal?: AbortSignal): Promise<string> {
    const id = randomUUID();
    const header = JSON.stringify(snapshot.header);
    const chunks = snapshot.chunks.flatMap(split);
    const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    const digest = beginDigest(snapshot.sequence, header);
    await inTransaction(this.source, async (manager) => {
      await manager.query(
        `INSERT INTO rekappa_snapshot (id, namespace, model, version, format, sequence, header, chunks, bytes, sha256, complete)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', false)`,
        [
          id,
          this.namespace,
          snapshot.model,
          snapshot.version,
          SNAPSHOT_FORMAT,
          snapshot.sequence,
          header,
          chunks.length,
          bytes,
        ],
      );
      for (let from = 0; from < chunks.length; from += CHUNKS_IN_WRITE) {
        signal?.throwIfAborted();
        const some = chunks.slice(from, from + CHUNKS_IN_WRITE);
        for (const chunk of some) digest.update(chunk);
        await manager.query(
          `INSERT INTO rekappa_snapshot_chunk (snapshot_id, index, bytes, sha256) VALUES ${chunkRows(some.length)}`,
          [id, ...some.flatMap((chunk, i) => [from + i, chunk, createHash('sha256').update(chunk).digest()])],
        );
      }
      signal?.throwIfAborted();
      await manager.query(`UPDATE rekappa_snapshot SET complete = true, sha256 = $2 WHERE id = $1`, [
        id,
        digest.digest(),
      ]);
    });
    return id;
  }

  /** The one folded furthest that is whole; of several at one sequence, the last written. */
  async newestValid<H = Record<string, unknown>>(model: string): Promise<Snapshot<H> | undefined> {
    for (const row of await this.rows(model)) {
      try {
        return await this.read<H>(row);
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'REK_SNAPSHOT_INVALID') throw error;
        this.onInvalid({ id: row.id, model, reason: errorMessage(error) });
      }
    }
    return undefined;
  }

  /** @throws AppError REK_SNAPSHOT_INVALID when it is not whole */
  async get<H = Record<string, unknown>>(id: string): Promise<Snapshot<H> | undefined> {
    const [row] = await runQuery<SnapshotRecord>(
      this.source,
      `SELECT * FROM rekappa_snapshot WHERE namespace = $1 AND id::text = $2`,
      [this.namespace, id],
    );
    return row && (await this.read<H>(row));
  }

  /** Newest first; unverified. */
  async list(model: string): Promise<SnapshotInfo[]> {
    return (await this.rows(model)).map(describe);
  }

  /** Deletes all but the newest `keep`. @returns how many were deleted */
  async prune(model: string, keep: number): Promise<number> {
    const [row] = await runQuery<{ deleted: string }>(
      this.source,
      `WITH gone AS (
         DELETE FROM rekappa_snapshot WHERE id IN (
           SELECT id FROM rekappa_snapshot WHERE namespace = $1 AND model = $2
           ORDER BY sequence DESC, serial DESC OFFSET $3) RETURNING id)
       SELECT count(*) AS deleted FROM gone`,
      [this.namespace, model, keep],
    );
    return Number(row!.deleted);
  }

  private rows(model: string): Promise<SnapshotRecord[]> {
    return runQuery<SnapshotRecord>(
      this.source,
      `SELECT * FROM rekappa_snapshot WHERE namespace = $1 AND model = $2 ORDER BY sequence DESC, serial DESC`,
      [this.namespace, model],
    );
  }

  private async read<H>(row: SnapshotRecord): Promise<Snapshot<H>> {
    if (row.format > SNAPSHOT_FORMAT) throw invalid(row, `has the newer format ${row.format}`);
    if (!row.complete) throw invalid(row, 'was never completed');
    const chunks: Buffer[] = [];
    const digest = beginDigest(Number(row.sequence), row.header);
    for (let from = 0; from < row.chunks; from += CHUNKS_IN_READ)
      for (const chunk of await this.chunks(row.id, from, from + CHUNKS_IN_READ)) {
        digest.update(chunk);
        chunks.push(chunk);
      }
    if (chunks.length !== row.chunks) throw invalid(row, `has ${chunks.length} chunks of ${row.chunks}`);
    if (!digest.digest().equals(row.sha256)) throw invalid(row, 'does not match its checksum');
    return { ...describe(row), header: JSON.parse(row.header) as H, chunks };
  }

  /** @param id as Postgres gave it: a UUID */
  private chunks(id: string, from: number, end: number): Promise<Buffer[]> {
    return copiedBytes(
      this.source,
      `SELECT bytes FROM rekappa_snapshot_chunk
       WHERE snapshot_id = '${id}' AND index >= ${from} AND index < ${end} ORDER BY index`,
    );
  }
}

function chunkRows(count: number): string {
  return Array.from({ length: count }, (_, i) => `($1, $${3 * i + 2}, $${3 * i + 3}, $${3 * i + 4})`).join();
}

function describe(row: SnapshotRecord): SnapshotInfo {
  return {
    id: row.id,
    model: row.model,
    version: row.version,
    sequence: Number(row.sequence),
    bytes: Number(row.bytes),
    createdAt: row.created_at,
  };
}

function invalid(row: SnapshotRecord, why: string): AppError {
  return new AppError('REK_SNAPSHOT_INVALID', `snapshot ${row.id} of model ${row.model} ${why}`, {
    id: row.id,
  });
}

/** Of sequence and header; the chunks follow. */
function beginDigest(sequence: number, header: string): Hash {
  return createHash('sha256').update(`${sequence}\0${header}\0`);
}

function split(chunk: Uint8Array): Buffer[] {
  const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const parts: Buffer[] = [];
  for (let at = 0; at < buffer.length; at += CHUNK_BYTES_MAX)
    parts.push(buffer.subarray(at, at + CHUNK_BYTES_MAX));
  return parts;
}
