/**
 * Postgres refuses to run as root. As root, run it as somebody else, in the first of these ways that works:
 *
 * 1. `user`: as nobody. Needs every folder above the binaries and the data to be open to others.
 * 2. `namespace`: in a user namespace where root looks like nobody, but keeps its files.
 *    Works below a 0700 folder such as root's home; some containers forbid it.
 * 3. `capability`: as nobody with the capability to pass closed folders (CAP_DAC_OVERRIDE), and, where the binaries
 *    lie in one, with a copy of them.
 */
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { AppError } from '#kernel';

export interface Unprivileged {
  way: 'self' | 'user' | 'namespace' | 'capability';
  /** User and group to start it as, when not our own. */
  user?: { uid: number; gid: number };
  wrapper: readonly string[];
  /** Who must own the data, seen from here. */
  owner: { uid: number; gid: number };
}

/** nobody:nogroup of every Linux distribution. */
const NOBODY = { uid: 65_534, gid: 65_534 };
const NAMESPACE = ['unshare', '--user', `--map-user=${NOBODY.uid}`, `--map-group=${NOBODY.gid}`, '--'];
const CAPABILITY = [
  'setpriv',
  `--reuid=${NOBODY.uid}`,
  `--regid=${NOBODY.gid}`,
  '--clear-groups',
  '--inh-caps=+dac_override',
  '--ambient-caps=+dac_override',
  '--',
];
const OTHERS_MAY_PASS = 0o001;
const OTHERS_MAY_READ = 0o004;

/**
 * @param paths files and folders that the server must reach
 * @throws AppError REK_SERVER_UNAVAILABLE when no way works
 */
export function unprivileged(
  paths: readonly string[],
  allowed: readonly Unprivileged['way'][] = ['user', 'namespace', 'capability'],
): Unprivileged {
  const [uid, gid] = [process.getuid?.() ?? -1, process.getgid?.() ?? -1];
  if (uid !== 0) return { way: 'self', wrapper: [], owner: { uid, gid } };
  if (allowed.includes('user') && paths.every(isOpenToOthers))
    return { way: 'user', user: NOBODY, wrapper: [], owner: NOBODY };
  if (allowed.includes('namespace') && works(NAMESPACE))
    return { way: 'namespace', wrapper: NAMESPACE, owner: { uid, gid } };
  if (allowed.includes('capability') && works(CAPABILITY))
    return { way: 'capability', wrapper: CAPABILITY, owner: NOBODY };
  const closed = paths.find((path) => !isOpenToOthers(path));
  throw new AppError(
    'REK_SERVER_UNAVAILABLE',
    `Postgres cannot run as root, and another user cannot reach ${closed}. Run as an ordinary user, or move this folder ` +
      '(and the data folder: --data) to where others may enter, such as /srv, or point DATABASE_URL at a running Postgres.',
  );
}

export function isOpenToOthers(path: string): boolean {
  const { mode } = statSync(path);
  return (
    (mode & OTHERS_MAY_READ) !== 0 &&
    ancestors(path).every((folder) => (statSync(folder).mode & OTHERS_MAY_PASS) !== 0)
  );
}

function ancestors(path: string): string[] {
  const folders: string[] = [];
  for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
    folders.push(folder);
    if (folder === dirname(folder)) return folders;
  }
}

function works([command, ...args]: readonly string[]): boolean {
  return spawnSync(command!, [...args, 'true'], { stdio: 'ignore' }).status === 0;
}
