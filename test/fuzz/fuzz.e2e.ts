/** Promise 18: hostile input breaks nothing. The short run of `npm run fuzz`, and proof that it would see what is broken. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { testSeed } from '#testkit';
import { Campaign } from './campaign.js';
import { inputOf } from './doors/input-of.js';
import type { HttpInput } from './doors/input.js';
import { exchange } from './doors/raw-http.js';
import { Target } from './target.js';
import { httpDefect, natsDefect } from './verdict.js';

/** With those that `test/chaos/security.e2e.ts` sends to a deployment with keys, 2,400. */
const CASES = 2_100;
const TEST_MS = 300_000;

it(
  `${CASES} hostile inputs: no crash, no 5xx, no hang, no error in a log, and every door was walked through`,
  async () => {
    const target = await Target.start();
    try {
      const seed = testSeed('fuzz');
      const endAt = performance.now() + 0.8 * TEST_MS;
      const { defects, cases, answers } = await Campaign.run(target, { seed, from: 0, to: CASES, endAt });
      expect(defects).toEqual([]);
      expect(cases).toBe(CASES);
      const http = Object.entries(answers).filter(([route]) => route.includes(' /'));
      expect(http.length).toBeGreaterThanOrEqual(16);
      for (const [route, counts] of http)
        expect([route, Object.keys(counts).some((status) => status.startsWith('2'))]).toEqual([route, true]);
      for (const route of [
        'log.user.*',
        'log.item',
        'log.item settings',
        'ingest.interaction',
        'rpc.host',
        'rpc.user.*',
        'rpc.learner',
      ])
        expect([route, answers[route]?.['answered'] ?? 0]).not.toEqual([route, 0]);
    } finally {
      await target.stop();
    }
  },
  TEST_MS,
);

describe('The fuzzer', () => {
  const operations = [
    {
      method: 'POST',
      template: '/v1/x/{id}',
      query: [],
      body: { schema: { type: 'object' }, example: { a: 1 }, ndjson: true },
    },
  ];
  const world = { partitions: 4, questions: [{ type: 'object' }] };

  it('makes the same inputs of the same seed, whichever came before, and others of another', () => {
    const digest = (seed: number, order: number[]) =>
      order.map((index) => JSON.stringify(inputOf(seed, index, operations, world))).sort();
    const order = Array.from({ length: 300 }, (_, i) => i);
    expect(digest(7, order)).toEqual(digest(7, [...order].reverse()));
    expect(digest(7, order)).not.toEqual(digest(8, order));
  });

  describe('sees', () => {
    let server: Server;
    beforeAll(async () => {
      server = createServer((request, reply) => {
        const say = (status: number, body: string, headers = {}): void =>
          void reply.writeHead(status, headers).end(body);
        const error = (code: string) => JSON.stringify({ error: { code, message: 'm', requestId: 'r' } });
        switch (request.url) {
          case '/well':
            return say(400, error('REK_INVALID_JSON'));
          case '/busy':
            return say(503, error('REK_LOG_UNAVAILABLE'), { 'retry-after': '1' });
          case '/500':
            return say(500, error('REK_INTERNAL'));
          case '/504':
            return say(504, error('REK_TIMEOUT'));
          case '/503':
            return say(503, error('REK_LOG_UNAVAILABLE'));
          case '/trace':
            return say(400, 'Error\n    at f (file:///x/dist/apps/gateway/main.js:1:1)');
          case '/shape':
            return say(400, '{"statusCode":400}');
          case '/behind':
            return say(200, '{"items":[],"degraded":{"reason":"REK_INTERNAL"}}');
          case '/closed':
            return void request.socket.destroy();
        }
        // /hang: nothing
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    });
    afterAll(() => {
      server.closeAllConnections();
      server.close();
    });

    it.each([
      ['/well', undefined],
      ['/busy', undefined],
      ['/500', /status 500/],
      ['/504', /status 504/],
      ['/503', /Retry-After/],
      ['/trace', /leaks/],
      ['/shape', /shape/],
      ['/behind', /behind a substitute/],
      ['/closed', /closed/],
      ['/hang', /hang/],
    ])('what is wrong with %s', async (path, wanted) => {
      const bytes = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
      const input: HttpInput = { door: 'http', route: path, bytes, framed: true, bodiless: false };
      const { port } = server.address() as AddressInfo;
      const answered = await exchange({
        host: '127.0.0.1',
        port,
        bytes,
        bodiless: false,
        halfClose: false,
        deadlineMs: 500,
      });
      const defect = httpDefect(input, answered);
      if (wanted === undefined) expect(defect).toBeUndefined();
      else expect(defect).toMatch(wanted);
    });

    it('replies that are missing, no JSON, or failures', () => {
      const reply = (text: string) => natsDefect(Buffer.from(text));
      expect(natsDefect(undefined)).toMatch(/hang/);
      expect(reply('x')).toMatch(/JSON/);
      expect(reply('{"error":{"code":"REK_INTERNAL"}}')).toMatch(/failed/);
      expect(reply('{"id":"1","err":"boom"}')).toMatch(/failed/);
      expect(reply('{"error":{"code":"REK_INVALID_JSON"}}')).toBeUndefined();
    });
  });
});
