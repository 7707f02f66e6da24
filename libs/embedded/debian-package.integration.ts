import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unpackDebianPackages } from './debian-package.js';

const reachable =
  spawnSync('apt-get', ['-qq', 'download', '--print-uris', 'nats-server'], { stdio: 'ignore' }).status === 0;

(reachable ? describe : describe.skip)("Debian's packages", () => {
  it('are unpacked into a folder, without installing anything', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rekappa-debian-'));
    await unpackDebianPackages(['nats-server'], join(folder, 'nats-server'));
    expect(
      execFileSync(join(folder, 'nats-server/usr/sbin/nats-server'), ['--version'], { encoding: 'utf8' }),
    ).toMatch(/v2\./);
    expect(await readdir(folder)).toEqual(['nats-server']); // nothing half-done is left beside it
    await rm(folder, { recursive: true, force: true });
  }, 240_000);
});
