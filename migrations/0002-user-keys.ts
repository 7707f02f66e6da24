/** Keys of users, kept outside the log so that they can be destroyed (docs/privacy.md). */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class UserKeys1764201600000 implements MigrationInterface {
  name = 'UserKeys1764201600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE rekappa_user_key (
        namespace text COLLATE "C" NOT NULL,
        key_id text COLLATE "C" NOT NULL,
        status text NOT NULL,
        reference text COLLATE "C",
        wrapped text,
        name text,
        changed_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT rekappa_user_key_pk PRIMARY KEY (namespace, key_id)
      )`);
    await runner.query(
      `CREATE UNIQUE INDEX rekappa_user_key_active ON rekappa_user_key (namespace, reference) WHERE status = 'active'`,
    );
    await runner.query(`CREATE INDEX rekappa_user_key_of ON rekappa_user_key (namespace, reference)`);
    await runner.query(`
      CREATE TABLE rekappa_user_merge (
        namespace text COLLATE "C" NOT NULL,
        into_key text COLLATE "C" NOT NULL,
        from_key text COLLATE "C" NOT NULL,
        CONSTRAINT rekappa_user_merge_pk PRIMARY KEY (namespace, into_key, from_key)
      )`);
    await runner.query(`CREATE INDEX rekappa_user_merge_from ON rekappa_user_merge (namespace, from_key)`);
    await runner.query(`
      CREATE TABLE rekappa_sealing (
        namespace text COLLATE "C" NOT NULL,
        "check" text NOT NULL,
        clear_through bigint NOT NULL,
        CONSTRAINT rekappa_sealing_pk PRIMARY KEY (namespace)
      )`);
  }

  /** Forward only: a key that is dropped with its table makes the log unreadable. */
  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
