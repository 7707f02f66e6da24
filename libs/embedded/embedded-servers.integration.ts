import { execFileSync, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { until } from '#kernel';
import {
  startNats,
  startPostgres,
  startRedis,
  isRunning,
  readPidFile,
  type PostgresOptions,
} from './index.js';
import { isOpenToOthers } from './unprivileged.js';
import { tcpProbe } from './tcp-probe.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rekappa-embedded-'));
  await chmod(folder, 0o755);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function ask(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows as unknown[];
  } finally {
    await client.end();
  }
}

describe('embedded NATS', () => {
  it('comes back on the same port and ends when asked', async () => {
    const first = await startNats({ folder });
    await first.stop();
    const second = await startNats({ folder });
    expect(second.port).toBe(first.port);
    await second.kill9();
    await second.restart();
    await tcpProbe(second.port, '', /INFO/);
    await second.stop();
    expect(readPidFile(join(folder, 'nats-server.pid'))).toBeUndefined();
    await expect(tcpProbe(second.port, '', /INFO/)).rejects.toThrow();
  });

  it('ends the server that a killed run left behind before it starts its own', async () => {
    const leftover = await startNats({ folder });
    const next = await startNats({ folder });
    expect(next.pid).not.toBe(leftover.pid);
    await leftover.exited;
    await next.stop();
  });

  it('harms nobody whose process got the pid of a stale pid file', async () => {
    const bystander = spawn('sleep', ['60']);
    await writeFile(
      join(folder, 'nats-server.pid'),
      JSON.stringify({ pid: bystander.pid, marker: join(folder, 'nats.conf') }),
    );
    const server = await startNats({ folder });
    expect(bystander.exitCode).toBeNull();
    expect(bystander.signalCode).toBeNull();
    await server.stop();
    bystander.kill('SIGKILL');
  });

  it('says what happened when the server cannot start', async () => {
    await writeFile(join(folder, 'jetstream'), 'a file where a folder should be');
    await expect(startNats({ folder })).rejects.toMatchObject({
      code: 'REK_SERVER_UNAVAILABLE',
      message: expect.stringContaining('nats-server.log'),
    });
  });
});

describe('embedded Redis', () => {
  it('answers, and is ended by the next start when it was left behind', async () => {
    const first = await startRedis({ folder });
    if (first === undefined) return; // there is none to be had here
    const second = await startRedis({ folder });
    await first.exited;
    await tcpProbe(second!.port, 'SET a b\r\n', /\+OK/);
    await second!.stop();
  });
});

describe('embedded Postgres', () => {
  const keep = async (options: PostgresOptions): Promise<string> => {
    const first = await startPostgres(options);
    expect(await first.createDatabase('kept')).toBe(true);
    await ask(first.databaseUrl('kept'), 'CREATE TABLE t AS SELECT 42 AS answer');
    await first.kill9();
    const second = await startPostgres(options);
    expect(await second.createDatabase('kept')).toBe(false);
    expect(await ask(second.databaseUrl('kept'), 'SELECT answer FROM t')).toEqual([{ answer: 42 }]);
    await second.stop();
    return second.way;
  };

  it('keeps its data over a kill -9 and a new start', () => keep({ folder }), 60_000);

  it('starts although the pid in its lock file belongs to somebody else by now', async () => {
    const first = await startPostgres({ folder });
    const lock = join(folder, 'data', 'postmaster.pid');
    const text = await readFile(lock, 'utf8');
    await first.stop();
    const bystander = spawn('sleep', ['60'], process.getuid?.() === 0 ? { uid: 65_534 } : {});
    await writeFile(lock, text.replace(/^\d+/, String(bystander.pid)));
    const second = await startPostgres({ folder });
    expect(bystander.signalCode).toBeNull();
    await second.stop();
    bystander.kill('SIGKILL');
  }, 60_000);

  // A clone below root's home runs Postgres in a namespace even when the data is open to all.
  const openWay = isOpenToOthers(fileURLToPath(import.meta.url)) ? 'user' : 'namespace';
  const asRoot = process.getuid?.() === 0 ? it : it.skip;
  asRoot(
    'runs as nobody where others may enter',
    async () => expect(await keep({ folder })).toBe(openWay),
    60_000,
  );

  for (const way of ['namespace', 'capability'] as const) {
    asRoot(
      `runs below a 0700 folder, by way of a ${way}`,
      async () => {
        const home = join(folder, 'home');
        await mkdir(home, { mode: 0o700 });
        if (!isPossible(way)) return; // containers may forbid it
        expect(await keep({ folder: join(home, 'postgres'), ways: ['user', way] })).toBe(way);
      },
      60_000,
    );
  }

  asRoot(
    'takes over data that another way has written',
    async () => {
      if (!isPossible('namespace')) return;
      const inNamespace = await startPostgres({ folder, ways: ['namespace'] });
      await inNamespace.stop();
      expect(await keep({ folder, ways: ['user', 'capability'] })).toBe(
        openWay === 'user' ? 'user' : 'capability',
      );
    },
    60_000,
  );
});

describe('children', () => {
  it('die with their parent, even when it is killed', async () => {
    const script = `import('${join(process.cwd(), 'dist/libs/embedded/index.js')}').then(({ startNats }) => startNats({ folder: ${JSON.stringify(folder)} }))`;
    const parent = spawn(process.execPath, ['-e', script], { stdio: 'inherit' });
    const pidFile = join(folder, 'nats-server.pid');
    await until(
      'the server runs',
      () => readPidFile(pidFile) !== undefined && isRunning(readPidFile(pidFile)!),
    );
    const record = readPidFile(pidFile)!;
    parent.kill('SIGKILL');
    await until('the server is gone', () => !isRunning(record));
  }, 30_000);
});

function isPossible(way: 'namespace' | 'capability'): boolean {
  const command =
    way === 'namespace'
      ? ['unshare', '--user', '--map-user=65534']
      : ['setpriv', '--reuid=65534', '--inh-caps=+dac_override', '--ambient-caps=+dac_override'];
  try {
    execFileSync(command[0]!, [...command.slice(1), 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
