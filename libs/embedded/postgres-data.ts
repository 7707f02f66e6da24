/**
 * The data folder of an embedded Postgres: made once, beside a password that only its owner can read, and handed to
 * whoever runs the server (unprivileged.ts).
 */
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
import { AppError, errorMessage } from '#kernel';
import { openCopy, postgresBinaries, type PostgresBinaries } from './postgres-binaries.js';
import { isOpenToOthers, unprivileged, type Unprivileged } from './unprivileged.js';

export const SUPERUSER = 'postgres';
/** initdb takes about a second, ms. */
const INITDB_MS = 60_000;
const run = promisify(execFile);

/** Makes an empty database cluster in the folder, unless it has one. */
export async function initialisePostgres(
  folder: string,
  ways?: readonly Unprivileged['way'][],
): Promise<{ binaries: PostgresBinaries; as: Unprivileged; data: string }> {
  mkdirSync(folder, { recursive: true });
  const packaged = await postgresBinaries();
  const as = unprivileged([packaged.postgres, packaged.root, folder], ways);
  const binaries =
    as.way === 'capability' && !isOpenToOthers(packaged.postgres) ? await openCopy(packaged) : packaged;
  const data = join(folder, 'data');
  if (!existsSync(join(data, 'PG_VERSION'))) await initialise(binaries.initdb, folder, data, as);
  return { binaries, as, data };
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
    `--pgdata=${fresh}`,
    `--username=${SUPERUSER}`,
    '--encoding=UTF8',
    '--locale=C',
    '--auth=scram-sha-256',
    `--pwfile=${passwords}`,
    '--no-instructions',
    ...(process.platform === 'linux' ? ['--sync-method=syncfs'] : []), // a third of the time of a sync of each file
  ];
  try {
    await run(command!, args, { ...as.user, cwd: fresh, timeout: INITDB_MS });
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new AppError('REK_SERVER_UNAVAILABLE', `initdb failed: ${stderr?.trim() || errorMessage(error)}`);
  }
  renameSync(passwords, passwordFile(folder));
  renameSync(fresh, data);
}

export function passwordOf(folder: string): string {
  return readFileSync(passwordFile(folder), 'utf8').trim();
}

function passwordFile(folder: string): string {
  return join(folder, 'password');
}

/** The data may come from a run as another user, or under another of the ways. */
export function giveTo(path: string, owner: { uid: number; gid: number }): void {
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
