/**
 * One TypeORM data source: a bounded pool, a deadline on every statement, kept by the server and, should that fall silent, by this side,
 * and errors that say what to do. The pool reconnects by itself after Postgres was away; until then each call fails as REK_STORE_UNAVAILABLE.
 */
import type { Client } from 'pg';
import { DataSource, type EntityManager } from 'typeorm';
import { AppError, errorMessage } from '#kernel';
import { MIGRATIONS } from '../../migrations/index.js';
import { ENTITIES } from './entities.js';
import { allowingSilence, endWhenSilent } from './silence.js';

/** Connections of one process. */
export const POOL_CONNECTIONS_MAX = 8;
/** How long to wait for a connection, ms. */
export const CONNECT_TIMEOUT_MS = 5_000;
/** Longest statement, ms; resets excepted. */
export const STATEMENT_TIMEOUT_MS = 30_000;
/** What the server's word that a statement has taken too long may take to arrive, ms. */
const ANSWER_MARGIN_MS = 5_000;
/** Longest silence of a server that owes an answer, ms: one that lives has spoken by then. */
export const SILENCE_MS = STATEMENT_TIMEOUT_MS + ANSWER_MARGIN_MS;
/** A connection that nothing passes is probed after this, ms: those without a statement under way end with the server's machine, too. */
const KEEP_ALIVE_MS = 10_000;
/**
 * Postgres ends a transaction whose process sends nothing for this long, ms. A process that froze or was cut off in
 * the middle of a checkpoint holds the partition's row: its heir waits no longer than this.
 */
export const SILENT_TRANSACTION_MS = 2_000;

export function newDataSource(databaseUrl: string, silenceMs = SILENCE_MS): DataSource {
  return new DataSource({
    type: 'postgres',
    url: databaseUrl,
    applicationName: 'rekappa',
    entities: ENTITIES,
    migrations: [...MIGRATIONS],
    migrationsTableName: 'rekappa_migration',
    migrationsTransactionMode: 'each',
    synchronize: false,
    logging: false,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    poolSize: POOL_CONNECTIONS_MAX,
    // A connection that dies while idle is replaced by the pool; the next call that needs it reports the failure.
    poolErrorHandler: () => undefined,
    extra: {
      statement_timeout: STATEMENT_TIMEOUT_MS,
      idle_in_transaction_session_timeout: SILENT_TRANSACTION_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
      onConnect: (client: Client) => endWhenSilent(client, silenceMs),
    },
  });
}

/** Runs in one transaction. @throws AppError REK_STORE_UNAVAILABLE when Postgres is away, or what `work` throws. */
export async function inTransaction<T>(
  source: DataSource,
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  return orUnavailable(() => source.transaction(work));
}

/**
 * The same, for statements that may take longer than others.
 * @param statementMs the longest of them
 */
export async function inLongTransaction<T>(
  source: DataSource,
  statementMs: number,
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  return inTransaction(source, async (manager) => {
    await manager.query(`SET LOCAL statement_timeout = ${statementMs}`);
    const client = (await manager.queryRunner!.connect()) as Client; // the transaction's own
    return allowingSilence(client, statementMs + ANSWER_MARGIN_MS, () => work(manager));
  });
}

export async function runQuery<T>(source: DataSource, sql: string, parameters: unknown[]): Promise<T[]> {
  return orUnavailable(() => source.query<T[]>(sql, parameters));
}

/** @throws AppError REK_STORE_UNAVAILABLE when Postgres is away, or what `work` throws */
export async function orUnavailable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isUnavailable(error) ? unavailable(error) : error;
  }
}

export function unavailable(error: unknown): AppError {
  return new AppError('REK_STORE_UNAVAILABLE', `Postgres did not answer: ${errorMessage(error)}`, undefined, {
    cause: error,
  });
}

const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EAI_AGAIN',
]);

/** Lost or refused connections, shutdowns (class 57P), exhausted resources (53), connection errors (08), deadlines (57014, 25P03). */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof AppError) return false;
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  if (typeof code === 'string' && (NETWORK_CODES.has(code) || /^(57P|57014|25P03|53|08)/.test(code)))
    return true;
  return (
    typeof message === 'string' &&
    /connection terminated|timeout exceeded|not queryable|client was closed|timeout expired/i.test(message)
  );
}
