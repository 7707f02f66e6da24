/** Users' keys in Postgres. Where a row's key is destroyed, nothing is left in it but the key's name. */
import type { DataSource, EntityManager } from 'typeorm';
import type { KeyStatus, KeyStore, RewrappedKey, StoredKey } from '#privacy';
import { inTransaction, runQuery } from './data-source.js';

interface KeyRecord {
  key_id: string;
  status: KeyStatus;
  reference: string;
  wrapped: string;
  name: string;
}

export class UserKeyStore implements KeyStore {
  constructor(
    private readonly source: DataSource,
    private readonly namespace: string,
  ) {}

  async active(references: readonly string[]): Promise<StoredKey[]> {
    const rows = await runQuery<KeyRecord>(
      this.source,
      `SELECT key_id, reference, wrapped, name FROM rekappa_user_key
       WHERE namespace = $1 AND reference = ANY($2::text[]) AND status = 'active'`,
      [this.namespace, references],
    );
    return rows.map(storedKey);
  }

  async create(keys: readonly StoredKey[]): Promise<void> {
    // In one order everywhere, so that two processes that make keys of the same users do not wait for each other.
    const sorted = [...keys].sort((a, b) => (a.reference < b.reference ? -1 : 1));
    await runQuery(
      this.source,
      `INSERT INTO rekappa_user_key (namespace, key_id, status, reference, wrapped, name)
       SELECT $1, t.key_id, 'active', t.reference, t.wrapped, t.name
       FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]) AS t (key_id, reference, wrapped, name)
       ON CONFLICT (namespace, reference) WHERE status = 'active' DO NOTHING`,
      [
        this.namespace,
        sorted.map(({ keyId }) => keyId),
        sorted.map(({ reference }) => reference),
        sorted.map(({ wrapped }) => wrapped),
        sorted.map(({ name }) => name),
      ],
    );
  }

  async read(
    keyIds: readonly string[],
  ): Promise<Map<string, { readonly status: KeyStatus; readonly wrapped: string | null }>> {
    const rows = await runQuery<{ key_id: string; status: KeyStatus; wrapped: string | null }>(
      this.source,
      `SELECT key_id, status, wrapped FROM rekappa_user_key WHERE namespace = $1 AND key_id = ANY($2::text[])`,
      [this.namespace, keyIds],
    );
    return new Map(rows.map(({ key_id, status, wrapped }) => [key_id, { status, wrapped }]));
  }

  async link(fromKeyId: string, intoKeyId: string): Promise<void> {
    await runQuery(
      this.source,
      `INSERT INTO rekappa_user_merge (namespace, into_key, from_key) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
      [this.namespace, intoKeyId, fromKeyId],
    );
  }

  async beginErasure(references: readonly string[]): Promise<StoredKey[]> {
    return inTransaction(this.source, async (manager) => {
      const rows: KeyRecord[] = await manager.query(
        `WITH RECURSIVE person AS (
           SELECT key_id FROM rekappa_user_key WHERE namespace = $1 AND reference = ANY($2::text[])
           UNION
           SELECT m.from_key FROM rekappa_user_merge m JOIN person p ON m.into_key = p.key_id WHERE m.namespace = $1)
         SELECT k.key_id, k.reference, k.wrapped, k.name FROM rekappa_user_key k
         JOIN person USING (key_id)
         WHERE k.namespace = $1 AND k.wrapped IS NOT NULL
         ORDER BY (k.reference = ANY($2::text[])), k.key_id`,
        [this.namespace, references],
      );
      await manager.query(
        `UPDATE rekappa_user_key SET status = 'erasing', changed_at = now()
         WHERE namespace = $1 AND key_id = ANY($2::text[]) AND status IN ('active', 'former')`,
        [this.namespace, rows.map(({ key_id }) => key_id)],
      );
      return rows.map(storedKey);
    });
  }

  async declareLost(keyIds: readonly string[]): Promise<void> {
    await runQuery(
      this.source,
      `INSERT INTO rekappa_user_key (namespace, key_id, status) SELECT $1, unnest($2::text[]), 'lost' ON CONFLICT DO NOTHING`,
      [this.namespace, keyIds],
    );
  }

  async begin(check: string, clearThrough: number): Promise<void> {
    await runQuery(
      this.source,
      `INSERT INTO rekappa_sealing (namespace, "check", clear_through) VALUES ($1, $2, $3)
       ON CONFLICT (namespace) DO UPDATE SET clear_through = excluded.clear_through WHERE $3 = ${Number.MAX_SAFE_INTEGER}`,
      [this.namespace, check, Math.min(clearThrough, Number.MAX_SAFE_INTEGER)],
    );
  }

  async page(after: string, count: number): Promise<StoredKey[]> {
    const rows = await runQuery<KeyRecord>(
      this.source,
      `SELECT key_id, reference, wrapped, name FROM rekappa_user_key
       WHERE namespace = $1 AND key_id > $2 AND wrapped IS NOT NULL ORDER BY key_id LIMIT $3`,
      [this.namespace, after, count],
    );
    return rows.map(storedKey);
  }

  async rewrap(keys: readonly RewrappedKey[]): Promise<number> {
    const [former] = await runQuery<{ count: string }>(
      this.source,
      `WITH anew AS (SELECT * FROM unnest($2::text[], $3::text[], $4::text[]) AS t (key_id, reference, wrapped)),
       done AS (
         UPDATE rekappa_user_key k SET reference = t.reference, wrapped = t.wrapped,
           status = CASE WHEN k.status = 'active' AND EXISTS (
             SELECT FROM rekappa_user_key o
             WHERE o.namespace = $1 AND o.reference = t.reference AND o.status = 'active' AND o.key_id <> k.key_id)
             THEN 'former' ELSE k.status END
         FROM anew t WHERE k.namespace = $1 AND k.key_id = t.key_id AND k.wrapped IS NOT NULL
         RETURNING k.status)
       SELECT count(*) FROM done WHERE status = 'former'`,
      [
        this.namespace,
        keys.map(({ keyId }) => keyId),
        keys.map(({ reference }) => reference),
        keys.map(({ wrapped }) => wrapped),
      ],
    );
    return Number(former!.count);
  }

  async rewrapCheck(check: string): Promise<void> {
    await runQuery(this.source, `UPDATE rekappa_sealing SET "check" = $2 WHERE namespace = $1`, [
      this.namespace,
      check,
    ]);
  }

  async beginning(): Promise<{ check: string; clearThrough: number } | undefined> {
    const [row] = await runQuery<{ check: string; clear_through: string }>(
      this.source,
      `SELECT "check", clear_through FROM rekappa_sealing WHERE namespace = $1`,
      [this.namespace],
    );
    return row && { check: row.check, clearThrough: Number(row.clear_through) };
  }
}

/** Within the transaction of the checkpoint that stands behind the erasures. Leaves a name even of a key that was unknown. */
export async function destroyKeys(
  manager: EntityManager,
  namespace: string,
  keyIds: readonly string[],
): Promise<void> {
  if (keyIds.length === 0) return;
  await manager.query(
    `INSERT INTO rekappa_user_key (namespace, key_id, status) SELECT $1, unnest($2::text[]), 'erased'
     ON CONFLICT (namespace, key_id) DO UPDATE
     SET status = 'erased', reference = NULL, wrapped = NULL, name = NULL, changed_at = now()`,
    [namespace, keyIds],
  );
  await manager.query(
    `DELETE FROM rekappa_user_merge WHERE namespace = $1 AND (into_key = ANY($2::text[]) OR from_key = ANY($2::text[]))`,
    [namespace, keyIds],
  );
}

function storedKey({ key_id, reference, wrapped, name }: KeyRecord): StoredKey {
  return { keyId: key_id, reference, wrapped, name };
}
