import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { locateServer } from './locate-server.js';

describe('where a server comes from', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rekappa-locate-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const place = async (path: string): Promise<string> => {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, '#!/bin/sh\n');
    await chmod(path, 0o755);
    return path;
  };

  it('is the system first', async () => {
    const own = await place(join(folder, 'bin', 'nats-server'));
    await place(join(folder, 'cache', 'nats-server', 'usr', 'sbin', 'nats-server'));
    const found = await locateServer('nats-server', {
      searchPath: [join(folder, 'bin')],
      cacheFolder: join(folder, 'cache'),
    });
    expect(found.path).toBe(own);
  });

  it('is the cache next, with the libraries that came with it', async () => {
    const cached = await place(join(folder, 'cache', 'redis-server', 'usr', 'bin', 'redis-server'));
    const library = await place(
      join(folder, 'cache', 'redis-server', 'usr', 'lib', 'x86_64-linux-gnu', 'libjemalloc.so.2'),
    );
    const found = await locateServer('redis-server', { searchPath: [], cacheFolder: join(folder, 'cache') });
    expect(found.path).toBe(cached);
    expect(found.env['LD_LIBRARY_PATH']?.split(':')).toContain(dirname(library));
  });

  it('names what to install when there is nothing and apt is missing', async () => {
    const path = process.env['PATH'];
    process.env['PATH'] = folder;
    try {
      await expect(
        locateServer('nats-server', { searchPath: [], cacheFolder: join(folder, 'cache') }),
      ).rejects.toMatchObject({
        code: 'REK_SERVER_UNAVAILABLE',
        message: expect.stringContaining('apt-get install nats-server'),
      });
    } finally {
      process.env['PATH'] = path;
    }
  });
});
