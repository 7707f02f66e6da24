/** The API as it describes itself: every endpoint, what answers look like, and examples that work. */
import { startServers, until, type TestServers } from '#testkit';
import { startFakeHost, type FakeHost } from '../testing/fake-host.js';
import { misfit } from '../testing/misfit.js';
import { startGateway, type RunningGateway } from '../testing/start-gateway.js';

let servers: TestServers;
let host: FakeHost;
let gateway: RunningGateway;

beforeAll(async () => {
  servers = await startServers({ nats: true });
  host = await startFakeHost(servers.natsUrl);
  gateway = await startGateway({
    natsUrl: servers.natsUrl,
    serving: { timeoutMs: 300 },
    actors: { afterWaitMs: 100 },
  });
  await until('trending is known', () => host.asked.some(({ op }) => op === 'trending'));
});
afterAll(async () => {
  await gateway?.stop();
  await host?.stop();
  await servers?.stop();
});
beforeEach(() => {
  host.behaviour = 'answer';
});

describe('for the curious', () => {
  it('GET / lists what there is, and an unknown path says where to look', async () => {
    expect((await gateway.call('GET', '/')).body).toMatchObject({ documentation: '/docs' });
    expect(await gateway.call('GET', '/v1/nothing')).toMatchObject({
      status: 404,
      body: { error: { code: 'REK_NO_SUCH_ROUTE' } },
    });
  });

  it('the API is described, every endpoint with its shapes', async () => {
    expect((await gateway.call('GET', '/docs')).body).toContain('swagger-ui');
    const { body } = await gateway.call('GET', '/docs/openapi.json');
    expect(body.openapi).toBe('3.1.0');
    const operations = Object.entries(
      body.paths as Record<string, Record<string, { responses: object; summary: string }>>,
    )
      .filter(([path]) => path.startsWith('/v1'))
      .flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => [`${method} ${path}`, operation] as const),
      );
    expect(operations.map(([name]) => name).sort()).toEqual([
      'delete /v1/items/{id}',
      'delete /v1/users/{id}',
      'get /v1/experiments',
      'get /v1/items/trending',
      'get /v1/items/{id}',
      'get /v1/items/{id}/similar',
      'get /v1/recommendations',
      'get /v1/status',
      'get /v1/users/{id}/state',
      'patch /v1/items/{id}',
      'post /v1/events',
      'post /v1/items',
      'post /v1/rank',
      'post /v1/recommendations',
      'put /v1/items/{id}',
    ]);
    for (const [, { summary, responses }] of operations) {
      expect(summary).toBeTruthy();
      expect(Object.keys(responses).some((status) => status === '200' || status === '202')).toBe(true);
    }
  });

  it('the description bounds a filter as the check does', async () => {
    const { body } = await gateway.call('GET', '/docs/openapi.json');
    const { properties } =
      body.paths['/v1/recommendations'].post.requestBody.content['application/json'].schema;
    expect(properties.scenario).toMatchObject({
      minLength: 1,
      maxLength: 64,
      description: expect.any(String),
    });
    expect(properties.filter.description).toBe('All that are given must hold.');
    expect(properties.filter.properties).toMatchObject({
      categories: { maxItems: 100, description: expect.any(String) },
      priceMin: { minimum: 0 },
      priceMax: { minimum: 0 },
      attributes: { maxProperties: 16, propertyNames: { minLength: 1 }, description: expect.any(String) },
    });
  });

  it('an answer is as it is described, and so is what stands in for it', async () => {
    const { body: document } = await gateway.call('GET', '/docs/openapi.json');
    for (const behaviour of ['answer', 'refuse'] as const) {
      host.behaviour = behaviour;
      for (const [route, path, body] of [
        ['GET /v1/recommendations', '/v1/recommendations?user=fay'],
        ['POST /v1/recommendations', '/v1/recommendations', { user: 'gus', exclude: ['x'] }],
        ['GET /v1/recommendations', `/v1/recommendations?user=new-${behaviour}`],
        ['POST /v1/rank', '/v1/rank', { user: 'fay', items: ['b', 'a'] }],
        ['GET /v1/items/trending', '/v1/items/trending'],
      ] as const) {
        const answer = await gateway.call(route.split(' ')[0]!, path, body);
        expect([answer.status, misfit(document, route, answer)]).toEqual([200, '']);
      }
    }
  });

  it('GET / names every endpoint that is described', async () => {
    const named = Object.values((await gateway.call('GET', '/')).body as Record<string, unknown>).flat();
    const { body } = await gateway.call('GET', '/docs/openapi.json');
    const described = Object.entries(body.paths as Record<string, object>)
      .filter(([path]) => path.startsWith('/v1'))
      .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`));
    const asked = named.map((line) => String(line).replace(/\?.*/, ''));
    expect(described.filter((route) => !asked.includes(route))).toEqual([]);
  });

  it('the examples of the description work when sent', async () => {
    const { body } = await gateway.call('GET', '/docs/openapi.json');
    type Operation = { requestBody?: { content: Record<string, { example: unknown }> } };
    let sent = 0;
    for (const [path, methods] of Object.entries(body.paths as Record<string, Record<string, Operation>>)) {
      for (const [method, { requestBody }] of Object.entries(methods)) {
        for (const [type, { example }] of Object.entries(requestBody?.content ?? {})) {
          const { status } = await gateway.call(
            method.toUpperCase(),
            path.replace('{id}', 'book-1'),
            example,
            { 'content-type': type },
          );
          expect([method, path, type, status]).toEqual([
            method,
            path,
            type,
            method === 'post' && /rank|recommend/.test(path) ? 200 : 202,
          ]);
          sent++;
        }
      }
    }
    expect(sent).toBe(8);
  });
});
