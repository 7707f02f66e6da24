/**
 * Where a server's binary comes from, in this order:
 * 1. the system's own (PATH and the sbin folders, which a plain user's PATH lacks);
 * 2. the cache folder, filled by an earlier run;
 * 3. Debian's package, downloaded by apt and unpacked into the cache folder: no root, nothing installed.
 */
import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { AppError, errorMessage } from '#kernel';
import { unpackDebianPackages } from './debian-package.js';

export type ServerName = 'nats-server' | 'redis-server';

export interface LocatedServer {
  path: string;
  /** Environment to run it with: an unpacked package brings its own libraries. */
  env: NodeJS.ProcessEnv;
}

export interface LocateOptions {
  /** Folders of the system to look in. */
  searchPath?: readonly string[];
  cacheFolder?: string;
}

/** Debian's packages of each; redis-server is a link to a binary of redis-tools. */
const PACKAGES: Record<ServerName, readonly string[]> = {
  'nats-server': ['nats-server'],
  'redis-server': ['redis-server', 'redis-tools'],
};
const ALTERNATIVES: Record<ServerName, string> = {
  'nats-server':
    'Install it (Debian, Ubuntu: `apt-get install nats-server`; macOS: `brew install nats-server`), or point NATS_URL at a running NATS with JetStream, or use `docker compose -f docker/compose.yaml up`.',
  'redis-server':
    'Install it (`apt-get install redis-server`, `brew install redis`) or point REDIS_URL at a running Redis.',
};

/** @throws AppError REK_SERVER_UNAVAILABLE, which says what to do. */
export async function locateServer(name: ServerName, options: LocateOptions = {}): Promise<LocatedServer> {
  const cache = options.cacheFolder ?? defaultCacheFolder();
  const root = join(cache, name);
  const present = inSystem(name, options.searchPath ?? systemFolders()) ?? inPackage(name, root);
  if (present) return present;
  try {
    await unpackDebianPackages(PACKAGES[name], root);
  } catch (error) {
    throw new AppError(
      'REK_SERVER_UNAVAILABLE',
      `${name} is not on this machine and could not be fetched (${errorMessage(error)}). ${ALTERNATIVES[name]}`,
    );
  }
  const unpacked = inPackage(name, root);
  if (unpacked === undefined)
    throw new AppError('REK_SERVER_UNAVAILABLE', `Debian's package holds no ${name}. ${ALTERNATIVES[name]}`);
  return unpacked;
}

/** Like locateServer, for a server that one can do without. */
export async function findServer(
  name: ServerName,
  options?: LocateOptions,
): Promise<LocatedServer | undefined> {
  try {
    return await locateServer(name, options);
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

/** XDG_CACHE_HOME/rekappa/servers. */
export function defaultCacheFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'rekappa', 'servers');
}

function systemFolders(): string[] {
  return [
    ...(process.env['PATH'] ?? '').split(delimiter).filter(Boolean),
    '/usr/local/sbin',
    '/usr/sbin',
    '/sbin',
    '/opt/homebrew/bin',
  ];
}

function inSystem(name: string, folders: readonly string[]): LocatedServer | undefined {
  const path = folders.map((folder) => join(folder, name)).find(isExecutable);
  return path === undefined ? undefined : { path, env: process.env };
}

function inPackage(name: string, root: string): LocatedServer | undefined {
  const path = ['usr/sbin', 'usr/bin'].map((folder) => join(root, folder, name)).find(isExecutable);
  if (path === undefined) return undefined;
  const libraries = [
    ...libraryFolders(join(root, 'usr/lib')),
    ...libraryFolders(join(root, 'lib')),
    process.env['LD_LIBRARY_PATH'],
  ];
  return { path, env: { ...process.env, LD_LIBRARY_PATH: libraries.filter(Boolean).join(':') } };
}

/** `lib` itself and its architecture's folder, such as `x86_64-linux-gnu`. */
function libraryFolders(lib: string): string[] {
  try {
    return [
      lib,
      ...readdirSync(lib)
        .filter((entry) => entry.includes('-linux-'))
        .map((entry) => join(lib, entry)),
    ];
  } catch {
    return [];
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
