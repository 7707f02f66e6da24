import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Patience, until } from '#kernel';
import { UpConsole } from './console.js';
import { SupervisedProcess, type ProcessPlan } from './supervised-process.js';

const SERVER = `
const server = require('node:http').createServer((_, answer) => answer.end(process.env.REKAPPA_RESTARTS));
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ level: 'info', msg: 'listening', http: 'http://127.0.0.1:' + server.address().port })));
process.on('SIGTERM', () => process.exit(0));`;

/** Starts for so many ms; `moves` tells whether its progress does. */
const slow = (startMs: number, moves: boolean): string => `
const began = Date.now();
const server = require('node:http').createServer((request, answer) => {
  const age = Date.now() - began;
  answer.statusCode = age < ${startMs} ? 503 : 200;
  answer.end(JSON.stringify({ progress: { what: 'replaying', fraction: ${moves} ? age / ${startMs} : 0.5 } }));
});
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ level: 'info', msg: 'listening', http: 'http://127.0.0.1:' + server.address().port })));
process.on('SIGTERM', () => process.exit(0));`;

describe('a supervised process', () => {
  let folder: string;
  const shown: string[] = [];
  const given: string[] = [];
  const started: SupervisedProcess[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rekappa-supervised-'));
    shown.length = given.length = 0;
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map((each) => each.stop(1_000)));
    await rm(folder, { recursive: true, force: true });
  });

  const supervise = async (script: string, rest: Partial<ProcessPlan> = {}): Promise<SupervisedProcess> => {
    const file = join(folder, 'app.cjs');
    await writeFile(file, script);
    const console = new UpConsole({ isTTY: false, write: (text) => shown.push(text) > 0 });
    const plan = {
      name: 'app',
      args: [file],
      marker: file,
      environment: () => ({}),
      logFile: join(folder, 'app.log'),
      pidFile: join(folder, 'app.pid'),
      onLine: () => undefined,
      ...rest,
    };
    const supervised = new SupervisedProcess(plan, console, (message) => given.push(message));
    started.push(supervised);
    await supervised.start();
    return supervised;
  };
  const pid = async (): Promise<number> =>
    (JSON.parse(await readFile(join(folder, 'app.pid'), 'utf8')) as { pid: number }).pid;

  it('is started again when it is killed; the restart is shown, counted, and known to it', async () => {
    const app = await supervise(SERVER);
    await app.ready(new Patience(5_000));
    const first = await pid();
    process.kill(first, 'SIGKILL');
    await until('it is back', () => shown.some((line) => line.includes('is back')));
    expect(await pid()).not.toBe(first);
    expect(app.restarts).toBe(1);
    expect(shown[0]).toContain('died (SIGKILL); restart 1 in 200 ms');
    expect(await (await fetch(app.url!)).text()).toBe('1');
  });

  it('is not started again when it was asked to stop', async () => {
    const app = await supervise(SERVER);
    await app.ready(new Patience(5_000));
    await app.stop(5_000);
    expect(app.restarts).toBe(0);
    expect(shown).toEqual([]);
  });

  it('is waited for as long as its start goes on, and no longer', async () => {
    const app = await supervise(slow(4_000, true));
    await app.ready(new Patience(1_500));
    const stuck = await supervise(slow(60_000, false));
    await expect(stuck.ready(new Patience(1_500))).rejects.toThrow(
      /app is not ready, and nothing has come any further for 1\.5 s/,
    );
  }, 20_000);

  it('is given up in a crash loop, with its last words', async () => {
    await supervise(`console.error('no configuration'); process.exit(3);`);
    await until('it is given up', () => given.length > 0, 60_000);
    expect(given[0]).toMatch(/died 10 times within a minute \(exit 3\)/);
    expect(given[0]).toContain('no configuration');
  }, 70_000);

  it('may finish when it has an end', async () => {
    await supervise('process.exit(0)', { mayFinish: true });
    await until('it has finished', () => shown.some((line) => line.includes('has finished')));
  });
});
