import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, isRunning, readPidFile, type PidRecord } from '#embedded';
import { until } from '#kernel';

/** Built by `npm test` before it begins. */
const MAIN = fileURLToPath(new URL('../../../dist/apps/cli/main.js', import.meta.url));
const START_MS = 60_000;
const STOP_MS = 10_000;

describe('`rekappa up`', () => {
  let data: string;
  let output: string;
  let up: ChildProcess | undefined;
  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), 'rekappa-up-'));
    await chmod(data, 0o755);
  });
  afterEach(async () => {
    if (up && up.exitCode === null && up.signalCode === null) {
      up.kill('SIGKILL');
      await once(up, 'exit');
    }
  });
  afterAll(() => rm(data, { recursive: true, force: true }));

  const start = (...flags: string[]): ChildProcess => {
    output = '';
    const {
      NATS_URL: _nats,
      DATABASE_URL: _database,
      REDIS_URL: _redis,
      PORT: _port,
      ...environment
    } = process.env;
    up = spawn(process.execPath, [MAIN, 'up', '--no-demo', '--data', data, ...flags], {
      env: { ...environment, NODE_OPTIONS: '' },
    });
    for (const stream of [up.stdout!, up.stderr!])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    return up;
  };
  const ready = (): Promise<void> =>
    until(
      'everything runs',
      () => {
        if (up!.exitCode !== null) throw new Error(`up ended with exit code ${up!.exitCode}:\n${output}`);
        return existsSync(join(data, 'connection.json'));
      },
      START_MS,
    );
  const gatewayUrl = (): string =>
    (JSON.parse(readFileSync(join(data, 'connection.json'), 'utf8')) as { gatewayUrl: string }).gatewayUrl;
  const processes = (): PidRecord[] =>
    ['run', 'nats', 'postgres', 'redis']
      .flatMap((folder) =>
        existsSync(join(data, folder))
          ? readdirSync(join(data, folder)).map((name) => join(data, folder, name))
          : [],
      )
      .filter((path) => path.endsWith('.pid'))
      .flatMap((path) => readPidFile(path) ?? []);

  it(
    'starts everything, answers, and leaves nothing running after Ctrl-C',
    async () => {
      const port = await freePort();
      start('--port', String(port));
      await ready();
      expect(gatewayUrl()).toBe(`http://127.0.0.1:${port}`);
      const answer = await fetch(`${gatewayUrl()}/v1/recommendations?user=ada&n=5`);
      expect(answer.status).toBe(200);

      const running = processes();
      expect(running.length).toBeGreaterThanOrEqual(5); // NATS, Postgres, gateway, actors, learner
      const stopping = performance.now();
      up!.kill('SIGINT');
      await once(up!, 'exit');
      expect(performance.now() - stopping).toBeLessThan(STOP_MS);
      expect([up!.exitCode, output.includes('stopped')]).toEqual([0, true]);
      expect(running.filter(isRunning)).toEqual([]);
      expect(existsSync(join(data, 'up.lock'))).toBe(false);
    },
    START_MS + STOP_MS,
  );

  it(
    'goes on after a kill -9 of itself, having left nothing behind',
    async () => {
      start('--port', String(await freePort()));
      await ready();
      const orphans = processes();
      up!.kill('SIGKILL');
      await once(up!, 'exit');
      await rm(join(data, 'connection.json'));

      start('--port', String(await freePort()));
      await ready();
      expect(orphans.filter(isRunning)).toEqual([]);
      up!.kill('SIGTERM');
      await once(up!, 'exit');
      expect(up!.exitCode).toBe(0);
    },
    2 * START_MS,
  );

  it(
    'restarts an app that dies, and says so',
    async () => {
      start('--port', String(await freePort()));
      await ready();
      const learner = readPidFile(join(data, 'run', 'learner.pid'))!;
      process.kill(learner.pid, 'SIGKILL');
      await until('the learner is back', () => /learner +is back/.test(output), START_MS);
      expect(output).toMatch(/learner +died \(SIGKILL\); restart 1 in 200 ms/);
      up!.kill('SIGINT');
      await once(up!, 'exit');
    },
    2 * START_MS,
  );

  it(
    'refuses a port that is taken, and says what to do',
    async () => {
      const taken = createServer().listen(0, '127.0.0.1');
      await once(taken, 'listening');
      const { port } = taken.address() as { port: number };
      start('--port', String(port));
      await once(up!, 'exit');
      taken.close();
      expect(up!.exitCode).toBe(2);
      expect(output).toContain(`port ${port} is taken`);
    },
    START_MS,
  );
});
