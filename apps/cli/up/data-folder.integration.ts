import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRunning, writePidFile } from '#embedded';
import { until } from '#kernel';
import { DataFolder } from './data-folder.js';

describe('the data folder of `up`', () => {
  let path: string;
  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'rekappa-data-'));
  });
  afterEach(() => rm(path, { recursive: true, force: true }));

  it('lets one in at a time, and names who is in', async () => {
    const first = await DataFolder.open(path);
    await expect(DataFolder.open(path)).rejects.toMatchObject({
      code: 'REK_DATA_FOLDER_BUSY',
      message: expect.stringContaining(`process ${process.pid}`),
    });
    first.close();
    (await DataFolder.open(path)).close();
  });

  it('is free again when its holder was killed, whoever has that pid now', async () => {
    await writeFile(
      join(path, 'up.lock'),
      JSON.stringify({ pid: process.pid, marker: 'node', started: '1' }),
    );
    (await DataFolder.open(path)).close();
    await writeFile(join(path, 'up.lock'), 'half a lo');
    (await DataFolder.open(path)).close();
  });

  it('ends the processes that a killed run left behind', async () => {
    const leftover = spawn('sleep', ['61'], { detached: true });
    (await DataFolder.open(path)).close();
    const record = { pid: leftover.pid!, marker: 'sleep 61' };
    writePidFile(join(path, 'run', 'gateway.pid'), record);
    (await DataFolder.open(path)).close();
    await until('it is gone', () => !isRunning(record));
    expect(existsSync(join(path, 'run', 'gateway.pid'))).toBe(false);
  });

  it('tells the other commands where everything listens, the owner only, and only while it runs', async () => {
    const folder = await DataFolder.open(path);
    folder.announce({
      natsUrl: 'n',
      databaseUrl: 'd',
      redisUrl: '',
      gatewayUrl: 'g',
      namespace: 'default',
      environment: {},
      apps: {},
    });
    expect(existsSync(join(path, 'connection.json'))).toBe(true);
    folder.close();
    expect(existsSync(join(path, 'connection.json'))).toBe(false);
  });
});
