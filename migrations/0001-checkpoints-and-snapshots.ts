/**
 * The first tables: partition checkpoints (one row a partition, one row an actor) and model snapshots
 * (one row a snapshot, one row a chunk of at most 1 MB). Ids compare by bytes (`COLLATE "C"`), which is also
 * the order in which states are hashed.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CheckpointsAndSnapshots1717200000000 implements MigrationInterface {
  readonly name = 'CheckpointsAndSnapshots1717200000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE rekappa_partition (
        namespace text COLLATE "C" NOT NULL,
        partition integer NOT NULL,
        epoch bigint NOT NULL,
        sequence bigint NOT NULL,
        format integer NOT NULL,
        state bytea,
        sha256 bytea,
        saved_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT rekappa_partition_pk PRIMARY KEY (namespace, partition)
      )`);
    await runner.query(`
      CREATE TABLE rekappa_actor (
        namespace text COLLATE "C" NOT NULL,
        partition integer NOT NULL,
        user_id text COLLATE "C" NOT NULL,
        state bytea NOT NULL,
        sha256 bytea NOT NULL,
        CONSTRAINT rekappa_actor_pk PRIMARY KEY (namespace, partition, user_id)
      )`);
    await runner.query(`
      CREATE TABLE rekappa_snapshot (
        id uuid NOT NULL,
        serial bigserial NOT NULL,
        namespace text COLLATE "C" NOT NULL,
        model text COLLATE "C" NOT NULL,
        version text NOT NULL,
        format integer NOT NULL,
        sequence bigint NOT NULL,
        header text NOT NULL,
        chunks integer NOT NULL,
        bytes bigint NOT NULL,
        sha256 bytea NOT NULL,
        complete boolean NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT rekappa_snapshot_pk PRIMARY KEY (id)
      )`);
    await runner.query(
      `CREATE INDEX rekappa_snapshot_newest ON rekappa_snapshot (namespace, model, sequence, serial)`,
    );
    await runner.query(`
      CREATE TABLE rekappa_snapshot_chunk (
        snapshot_id uuid NOT NULL,
        index integer NOT NULL,
        bytes bytea NOT NULL,
        sha256 bytea NOT NULL,
        CONSTRAINT rekappa_snapshot_chunk_pk PRIMARY KEY (snapshot_id, index),
        CONSTRAINT rekappa_snapshot_chunk_of FOREIGN KEY (snapshot_id) REFERENCES rekappa_snapshot (id) ON DELETE CASCADE
      )`);
  }

  /** Forward only: a fold is rebuilt from the log, a schema is never taken back. */
  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
