/** `.env` in the working folder: read by the command line, and beaten by the environment. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'rekappa-env-'))));
afterEach(() => rm(folder, { recursive: true }));

/** Fails before it connects to anything: what it says tells which settings it has. */
function status(environment: Record<string, string> = {}): Promise<{ code: unknown; err: string }> {
  const script = resolve('scripts/rekappa.mjs');
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...environment };
  return new Promise((done) => {
    execFile(process.execPath, [script, 'status'], { cwd: folder, env }, (error, _, err) =>
      done({ code: error?.code, err }),
    );
  });
}

const wrong = (variable: string) => expect.stringContaining(`${variable}: `) as string;

it('a file .env gives settings, and what the environment sets wins', async () => {
  expect(await status()).toEqual({ code: 1, err: expect.stringContaining('set NATS_URL') as string });
  await writeFile(join(folder, '.env'), 'NATS_URL=nats://127.0.0.1:1\nREKAPPA_MODEL_BITS=many\n');
  expect(await status()).toEqual({ code: 2, err: wrong('REKAPPA_MODEL_BITS') });
  const { code, err } = await status({ REKAPPA_MODEL_BITS: '14', REKAPPA_FM_FACTORS: 'few' });
  expect([code, err]).toEqual([2, wrong('REKAPPA_FM_FACTORS')]);
  expect(err).not.toContain('REKAPPA_MODEL_BITS');
});
