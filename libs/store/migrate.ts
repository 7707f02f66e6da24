/**
 * Brings the schema up to date. Any number of processes may call it at once: an advisory lock lets one of
 * them work while the others wait, and then find nothing to do.
 */
import type { DataSource } from 'typeorm';
import { AppError, retry, sleep } from '#kernel';
import { isUnavailable, newDataSource, SILENCE_MS, unavailable } from './data-source.js';

/** First 8 bytes of "rekappa" as a number: the key of the advisory lock. */
const LOCK_KEY = 0x72656b6170;
const LOCK_WAIT_MS = 120_000;
const CONNECT_ATTEMPTS = 8;

/** @returns the names of the migrations that ran. @throws AppError REK_STORE_UNAVAILABLE after bounded retries. */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const source = await connect(databaseUrl);
  try {
    return await underLock(source, async () =>
      (await source.runMigrations()).map((migration) => migration.name),
    );
  } finally {
    await source.destroy();
  }
}

/** A connected data source, retrying while Postgres starts. */
export async function connect(
  databaseUrl: string,
  attempts = CONNECT_ATTEMPTS,
  silenceMs = SILENCE_MS,
): Promise<DataSource> {
  try {
    return await retry(() => newDataSource(databaseUrl, silenceMs).initialize(), {
      attempts,
      baseMs: 200,
      capMs: 2_000,
      retryable: isUnavailable,
    });
  } catch (error) {
    throw isUnavailable(error) ? unavailable(error) : error;
  }
}

async function underLock<T>(source: DataSource, work: () => Promise<T>): Promise<T> {
  const runner = source.createQueryRunner();
  await runner.connect();
  try {
    await lock(async () => {
      const [row] = (await runner.query('SELECT pg_try_advisory_lock($1) AS locked', [LOCK_KEY])) as [
        { locked: boolean },
      ];
      return row.locked;
    });
    return await work();
  } finally {
    await runner.query('SELECT pg_advisory_unlock_all()').catch(() => undefined); // the session's end unlocks too
    await runner.release();
  }
}

async function lock(attempt: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + LOCK_WAIT_MS;
  while (!(await attempt())) {
    if (performance.now() > deadline) {
      throw new AppError(
        'REK_STORE_UNAVAILABLE',
        `another process has held the migration lock for ${LOCK_WAIT_MS / 1000} s`,
      );
    }
    await sleep(100);
  }
}
