/**
 * Another nats-server beside the machine's: Debian 13's, since Debian 12's 2.9 can neither sync each message nor go on after its disk was
 * full. Unpacked into the cache folder, once.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { defaultCacheFolder, unpackDebianPackages } from '#embedded';

const SOURCE =
  'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian trixie main';

/** @returns the path of nats-server 2.10; undefined where Debian's packages cannot be had */
export async function newerNats(): Promise<string | undefined> {
  const folder = join(defaultCacheFolder(), 'nats-server-trixie');
  const binary = join(folder, 'usr', 'sbin', 'nats-server');
  if (!existsSync(binary))
    await unpackDebianPackages(['nats-server'], folder, SOURCE).catch((error: unknown) =>
      process.stderr.write(`no newer nats-server: ${String(error)}\n`),
    );
  return existsSync(binary) ? binary : undefined;
}
