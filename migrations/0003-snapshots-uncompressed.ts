/** Weights hardly shrink, and Postgres' compression takes several times as long as storing them: chunks are kept as they are. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class SnapshotsUncompressed1764288000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE rekappa_snapshot_chunk ALTER COLUMN bytes SET STORAGE EXTERNAL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE rekappa_snapshot_chunk ALTER COLUMN bytes SET STORAGE EXTENDED');
  }
}
