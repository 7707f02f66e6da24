/** Postgres on the loopback interface, with its data in a folder of its own; see unprivileged.ts for root. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { AppError, errorMessage } from '#kernel';
import { startServer, type EmbeddedServer } from './embedded-server.js';
import { endLeftover, writePidFile } from './pid-file.js';
import { postgresBinaries, type PostgresBinaries } from './postgres-binaries.js';
import { unprivileged, type Unprivileged } from './unprivileged.js';

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

const SUPERUSER = 'postgres';
const READY_MS = 60_000;
const PROBE_MS = 2_000;
const CONNECTIONS_MAX = 100;
const DUPLICATE_DATABASE = '42P04';
const run = promisify(execFile);

/** @throws AppError REK_SERVER_UNAVAILABLE, which says what to do. */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  const { folder } = options;
  const { binaries, as, data } = await initialisePostgres(folder, options.ways);
  giveTo(data, as.owner);
  const password = readFileSync(passwordFile(folder), 'utf8').trim();
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

/** Makes an empty database cluster in the folder, unless it has one. */
export async function initialisePostgres(
  folder: string,
  ways?: PostgresOptions['ways'],
): Promise<{ binaries: PostgresBinaries; as: Unprivileged; data: string }> {
  mkdirSync(folder, { recursive: true });
  const binaries = await postgresBinaries();
  const as = unprivileged([binaries.postgres, binaries.root, folder], ways);
  const data = join(folder, 'data');
  if (!existsSync(join(data, 'PG_VERSION'))) await initialise(binaries.initdb, folder, data, as);
  return { binaries, as, data };
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
  if (unsafeNoSync) settings.push('fsync=off', 'synchronous_commit=off', 'full_page_writes=off');
  return ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
}

/** Made beside its final place and then renamed: an interrupted initdb leaves nothing that looks like a database. */
async function initialise(initdb: string, folder: string, data: string, as: Unprivileged): Promise<void> {
  const fresh = `${data}.new`;
  const passwords = join(folder, 'password.new');
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { mode: 0o700 });
  writeFileSync(passwords, `${randomBytes(18).toString('base64url')}\n`, { mode: 0o600 });
  for (const path of [fresh, passwords]) chownIfRoot(path, as.owner);
  const [command, ...args] = [
    ...as.wrapper,
    initdb,
    '-D',
    fresh,
    '-U',
    SUPERUSER,
    '--encoding=UTF8',
    '--locale=C',
    '--auth=scram-sha-256',
    `--pwfile=${passwords}`,
    '--no-sync',
    '--no-instructions',
  ];
  try {
    await run(command!, args, { ...as.user, cwd: fresh, timeout: READY_MS });
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new AppError('REK_SERVER_UNAVAILABLE', `initdb failed: ${stderr?.trim() || errorMessage(error)}`);
  }
  renameSync(passwords, passwordFile(folder));
  renameSync(fresh, data);
}

function passwordFile(folder: string): string {
  return join(folder, 'password');
}

/** The data may come from a run as another user, or under another of the ways. */
function giveTo(path: string, owner: { uid: number; gid: number }): void {
  if (process.getuid?.() !== 0 || statSync(path).uid === owner.uid) return;
  const walk = (entry: string): void => {
    const stats = lstatSync(entry);
    if (stats.isDirectory()) for (const name of readdirSync(entry)) walk(join(entry, name));
    if (!stats.isSymbolicLink()) chownSync(entry, owner.uid, owner.gid);
  };
  walk(path);
  chmodSync(path, 0o700);
}

function chownIfRoot(path: string, owner: { uid: number; gid: number }): void {
  if (process.getuid?.() === 0) chownSync(path, owner.uid, owner.gid);
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
