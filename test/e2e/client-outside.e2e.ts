/** The client as a product takes it: a copy of dist/libs/client, and the very lines that README shows. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** A compiler on a busy machine. */
const TIMEOUT_MS = 120_000;
const ROOT = resolve('.');

let product: string;
let gateway: Server;
const asked: string[] = [];

beforeAll(async () => {
  gateway = createServer((request, reply) => {
    asked.push(`${request.method} ${request.url}`);
    request.resume().on('end', () => {
      const events = request.url === '/v1/events';
      reply.writeHead(events ? 202 : 200, { 'content-type': 'application/json', connection: 'close' });
      reply.end(
        JSON.stringify(
          events
            ? { accepted: 2, rejected: [], seq: 7 }
            : { recommendationId: 'r', items: [{ itemId: 'lamp-1', position: 1, propensity: 1 }] },
        ),
      );
    });
  });
  await new Promise<void>((listening) => gateway.listen(0, '127.0.0.1', listening));
  product = await mkdtemp(join(tmpdir(), 'product-'));
  await cp(join(ROOT, 'dist', 'libs', 'client'), join(product, 'rekappa'), { recursive: true });
  await writeFile(join(product, 'package.json'), JSON.stringify({ type: 'module' }));
});
afterAll(async () => {
  gateway?.close();
  await rm(product, { recursive: true, force: true });
});

/** The lines of README that use the client, against the gateway of this test. */
async function linesOfReadme(): Promise<string> {
  const blocks = (await readFile(join(ROOT, 'README.md'), 'utf8')).matchAll(/```ts\n(.*?)```/gs);
  const lines = [...blocks].map(([, block]) => block!).find((block) => block.includes('new RekappaClient'))!;
  const { port } = gateway.address() as AddressInfo;
  return lines.replace('http://127.0.0.1:8080', `http://127.0.0.1:${port}`);
}

describe('the client, copied into a product', () => {
  it('runs in plain Node', async () => {
    await writeFile(join(product, 'shop.js'), await linesOfReadme());
    await run(process.execPath, ['shop.js'], { cwd: product, timeout: TIMEOUT_MS, env: {} });
    expect(asked).toEqual([
      'GET /v1/recommendations?user=ada&n=10',
      'POST /v1/events',
      'GET /v1/recommendations?user=ada&n=10&after=7',
    ]);
  });

  it(
    'is typed, for strict compilers too',
    async () => {
      const lines = await linesOfReadme();
      await writeFile(join(product, 'shop.ts'), lines);
      await writeFile(join(product, 'wrong.ts'), lines.replace('n: 10 }', "n: 'ten' }"));
      const tsc = run(
        process.execPath,
        [
          join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'),
          ...['shop.ts', 'wrong.ts', '--noEmit', '--strict', '--skipDefaultLibCheck'],
          ...['--target', 'es2022', '--module', 'nodenext', '--lib', 'es2022,dom'],
        ],
        { cwd: product, timeout: TIMEOUT_MS },
      );
      const { stdout } = await tsc.then(
        () => ({ stdout: 'no mistake found' }),
        (error: { stdout: string }) => error,
      );
      expect(stdout.trim().split('\n')).toEqual([
        expect.stringMatching(/^wrong\.ts.*Type 'string' is not assignable to type 'number'/),
      ]);
    },
    2 * TIMEOUT_MS,
  );
});
