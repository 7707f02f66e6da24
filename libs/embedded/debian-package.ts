/**
 * Debian packages and those of their dependencies that are not installed, unpacked into a folder: needs apt, but
 * no root, and leaves the system as it was. The sources are the machine's own. When its package lists are empty
 * or stale, fresh ones are fetched into a private folder.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { errorMessage } from '#kernel';

const run = promisify(execFile);
/** Most time for one apt command, ms. */
const APT_MS = 180_000;

/**
 * @param source a line of sources.list to fetch from, instead of the machine's own sources; what the packages depend on
 *   is then not fetched
 * @throws Error when apt is missing or has no such packages; `folder` then stays as it was.
 */
export async function unpackDebianPackages(
  names: readonly string[],
  folder: string,
  source?: string,
): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const work = await mkdtemp(`${folder}-`);
  try {
    const [into, lists] = [join(work, 'archives'), join(work, 'apt')];
    const archives =
      source === undefined
        ? await download(names, into, lists)
        : await downloadFrom(source, names, into, lists);
    const root = join(work, 'root');
    for (const archive of archives) await run('dpkg-deb', ['--extract', archive, root], { timeout: APT_MS });
    await rm(folder, { recursive: true, force: true });
    await rename(root, folder).catch(ignoreRace);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function downloadFrom(
  source: string,
  names: readonly string[],
  into: string,
  privateApt: string,
): Promise<string[]> {
  await mkdir(into, { recursive: true });
  const lists = await privateLists(privateApt);
  const list = join(privateApt, 'sources.list');
  await writeFile(list, `${source}\n`);
  const options = [...lists, '-o', `Dir::Etc::SourceList=${list}`, '-o', 'Dir::Etc::SourceParts=/dev/null'];
  await apt([...options, 'update'], into);
  await apt([...options, 'download', ...names], into);
  return archivesIn(into);
}

async function download(names: readonly string[], into: string, privateApt: string): Promise<string[]> {
  await mkdir(into, { recursive: true });
  await fetchWith([], names, into).catch(async () => {
    const options = await privateLists(privateApt);
    await apt([...options, 'update'], into);
    await fetchWith(options, names, into);
  });
  return archivesIn(into);
}

async function archivesIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((file) => file.endsWith('.deb')).map((file) => join(folder, file));
}

async function fetchWith(options: readonly string[], names: readonly string[], into: string): Promise<void> {
  const missing = await missingDependencies(options, names, into).catch(() => []);
  await apt([...options, 'download', ...new Set([...names, ...missing])], into);
}

/** What apt would install besides. @throws when it cannot tell, such as on a system with broken packages */
async function missingDependencies(
  options: readonly string[],
  names: readonly string[],
  cwd: string,
): Promise<string[]> {
  const { stdout } = await apt(
    [...options, 'install', '--simulate', '--no-install-recommends', ...names],
    cwd,
  );
  return [...stdout.matchAll(/^Inst (\S+)/gm)].map((line) => line[1]!);
}

/** Options that keep apt's lists and caches out of the system's folders. */
async function privateLists(folder: string): Promise<string[]> {
  const [lists, cache] = [join(folder, 'lists'), join(folder, 'cache')];
  for (const path of [join(lists, 'partial'), join(cache, 'archives', 'partial')])
    await mkdir(path, { recursive: true });
  return ['-o', `Dir::State::lists=${lists}`, '-o', `Dir::Cache=${cache}`, '-o', 'Debug::NoLocking=true'];
}

async function apt(args: readonly string[], cwd: string): Promise<{ stdout: string }> {
  try {
    return await run('apt-get', ['-qq', '-o', 'APT::Sandbox::User=', ...args], {
      cwd,
      timeout: APT_MS,
      maxBuffer: 16 * 1024 * 1024,
      env: { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
    });
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new Error(stderr?.trim().split('\n').at(-1) || errorMessage(error), { cause: error });
  }
}

/** Another process unpacked the same packages at the same time. */
function ignoreRace(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
}
