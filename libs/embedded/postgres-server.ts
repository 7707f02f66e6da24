/** Postgres on the loopback interface, with its data in a folder of its own; see unprivileged.ts for root. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { startServer, type EmbeddedServer } from './embedded-server.js';
import { endLeftover, writePidFile } from './pid-file.js';
import { SUPERUSER, giveTo, initialisePostgres, passwordOf } from './postgres-data.js';
import type { Unprivileged } from './unprivileged.js';

export interface PostgresOptions {
  /** Holds the data, the password, pid, port and log; reused by the next start. */
  folder: string;
  port?: number;
  /** Most connections at once. */
  connectionsMax?: number;
  /** For tests: a power cut may lose everything; a killed server loses nothing. */
  unsafeNoSync?: boolean;
  /** Ways to run as somebody else that may be tried as root; default all. */
  ways?: readonly Unprivileged['way'][];
}

export interface EmbeddedPostgres extends EmbeddedServer {
  readonly way: Unprivileged['way'];
  databaseUrl(database: string): string;
  /** @returns whether it had to be made. */
  createDatabase(database: string, template?: string): Promise<boolean>;
}

const READY_MS = 60_000;
const PROBE_MS = 2_000;
const CONNECTIONS_MAX = 100;
const DUPLICATE_DATABASE = '42P04';

/** @throws AppError REK_SERVER_UNAVAILABLE, which says what to do. */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  const { folder } = options;
  const { binaries, as, data } = await initialisePostgres(folder, options.ways);
  giveTo(data, as.owner);
  const password = passwordOf(folder);
  const url = (port: number, database = SUPERUSER): string =>
    `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${database}`;

  const server = await startServer({
    name: 'postgres',
    folder,
    port: options.port,
    readyMs: READY_MS,
    url,
    prepare: () => forgetStaleLock(data, folder),
    launch: (port) => ({
      command: binaries.postgres,
      args: serverArguments(data, port, options),
      marker: data,
      cwd: data,
      wrapper: as.wrapper,
      user: as.user,
    }),
    probe: (port) => query(url(port), 'SELECT 1'),
    stopSignal: 'SIGINT', // "fast": ends sessions, writes a checkpoint
  });
  return Object.assign(server, {
    way: as.way,
    databaseUrl: (database: string) => url(server.port, database),
    createDatabase: (database: string, template?: string) => createDatabase(server.url, database, template),
  });
}

function serverArguments(
  data: string,
  port: number,
  { connectionsMax = CONNECTIONS_MAX, unsafeNoSync = false }: PostgresOptions,
): string[] {
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    `max_connections=${connectionsMax}`,
    'logging_collector=off',
  ];
  if (unsafeNoSync) settings.push('fsync=off', 'full_page_writes=off');
  return ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
}

/** After a crash or a reboot the pid in Postgres' own lock file may belong to somebody else by now. */
async function forgetStaleLock(data: string, folder: string): Promise<void> {
  const lock = join(data, 'postmaster.pid');
  if (!existsSync(lock)) return;
  const pid = Number.parseInt(readFileSync(lock, 'utf8'), 10);
  const leftover = join(folder, 'postgres-leftover.pid');
  writePidFile(leftover, { pid, marker: data });
  await endLeftover(leftover, 'SIGINT');
  rmSync(lock, { force: true });
}

async function createDatabase(url: string, database: string, template?: string): Promise<boolean> {
  try {
    const quote = pg.escapeIdentifier;
    await query(
      url,
      `CREATE DATABASE ${quote(database)}${template === undefined ? '' : ` TEMPLATE ${quote(template)}`}`,
    );
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === DUPLICATE_DATABASE) return false;
    throw error;
  }
}

async function query(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: PROBE_MS });
  client.on('error', () => undefined); // a server that ends under us is reported by the query
  try {
    await client.connect();
    await client.query(text);
  } finally {
    await client.end();
  }
}
