/**
 * Another nats-server beside the machine's: Debian 13's, since Debian 12's 2.9 can neither sync each message nor go on after its disk was
 * full. Unpacked into the cache folder, once.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultCacheFolder, unpackDebianPackages } from '#embedded';

const SOURCES = '/etc/apt';
/** Where a source names the archive of Debian itself, not that of its security updates. */
const ARCHIVE = /https?:\/\/[^\s#]*\/debian\/?(?=\s|$)/m;

/** The mirror that this machine takes Debian from. */
function debianMirror(): string | undefined {
  const folder = join(SOURCES, 'sources.list.d');
  const files = [
    join(SOURCES, 'sources.list'),
    ...(existsSync(folder) ? readdirSync(folder).sort() : []).map((name) => join(folder, name)),
  ];
  for (const file of files) {
    const [mirror] = (existsSync(file) && ARCHIVE.exec(readFileSync(file, 'utf8'))) || [];
    if (mirror) return mirror;
  }
  return undefined;
}

/** @returns the path of nats-server 2.10; undefined where Debian's packages cannot be had */
export async function newerNats(): Promise<string | undefined> {
  const folder = join(defaultCacheFolder(), 'nats-server-trixie');
  const binary = join(folder, 'usr', 'sbin', 'nats-server');
  const mirror = debianMirror();
  if (!existsSync(binary) && mirror)
    await unpackDebianPackages(
      ['nats-server'],
      folder,
      `deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${mirror} trixie main`,
    ).catch((error: unknown) => process.stderr.write(`no newer nats-server: ${String(error)}\n`));
  return existsSync(binary) ? binary : undefined;
}
