/** Every route of the OpenAPI document, called without a key, with an unknown one, with a wrong scope and with the right one. */
import { createHash } from 'node:crypto';
import { systemClock } from '#kernel';
import { attachTopology, AuditTrail, connectNats, type LogTopology, type NatsConnection } from '#log';
import { startServers, type TestServers } from '#testkit';
import { startFakeHost, type FakeHost } from '../testing/fake-host.js';
import { startGateway, type RunningGateway } from '../testing/start-gateway.js';

const KEYS = { read: 'reading-key', write: 'writing-key', admin: 'admin-key', slow: 'slow-key' };
const entry = (name: keyof typeof KEYS, scopes: ('read' | 'write' | 'admin')[], more: object = {}) => ({
  name,
  sha256: createHash('sha256').update(KEYS[name]).digest('hex'),
  scopes,
  ...more,
});

interface Route {
  readonly method: string;
  readonly path: string;
  readonly scope: 'read' | 'write' | 'admin';
  readonly body: unknown;
}

let servers: TestServers;
let gateway: RunningGateway;
let host: FakeHost;
let routes: Route[];
let nats: NatsConnection | undefined;

async function connection(): Promise<{ topology: LogTopology }> {
  nats ??= await connectNats({ natsUrl: servers.natsUrl });
  const log = { inFlightMax: 10, ackTimeoutMs: 2_000 };
  return { topology: await attachTopology(nats, { namespace: 'default', log }) };
}

beforeAll(async () => {
  servers = await startServers({ nats: true });
  host = await startFakeHost(servers.natsUrl);
  gateway = await startGateway({
    natsUrl: servers.natsUrl,
    http: {
      apiKeys: [
        entry('read', ['read']),
        entry('write', ['write']),
        entry('admin', ['admin']),
        entry('slow', ['write'], { eventsPerSecond: 10 }),
      ],
      corsOrigins: ['https://shop.example'],
    },
  });
  routes = routesOf((await gateway.call('GET', '/docs/openapi.json')).body);
}, 30_000);
afterAll(async () => {
  await nats?.close();
  await gateway.stop();
  await host.stop();
  await servers.stop();
});

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

describe('a deployment with keys', () => {
  it('has every route of its API in the document, each with a scope', () => {
    expect(routes.length).toBeGreaterThanOrEqual(12);
    expect(new Set(routes.map(({ scope }) => scope))).toEqual(new Set(['read', 'write', 'admin']));
  });

  it('answers 401 without a key and with an unknown one, on every route', async () => {
    for (const { method, path, body } of routes) {
      for (const headers of [{}, bearer('unknown'), bearer(''), { 'x-api-key': 'x'.repeat(5_000) }]) {
        const answer = await gateway.call(method, path, body, headers as Record<string, string>);
        expect([method, path, answer.status, answer.body.error.code]).toEqual([
          method,
          path,
          401,
          'REK_UNAUTHENTICATED',
        ]);
      }
    }
  });

  it('answers 403 where the key lacks the scope, and lets the right one and admin through', async () => {
    for (const { method, path, body, scope } of routes) {
      for (const key of ['read', 'write', 'admin'] as const) {
        const { status } = await gateway.call(method, path, body, bearer(KEYS[key]));
        const allowed = key === scope || key === 'admin';
        // No learner runs here: what asks it is let through to a 503.
        const failed = status >= 500 && status !== 503;
        expect([method, path, key, status === 403, status === 401, failed]).toEqual([
          method,
          path,
          key,
          !allowed,
          false,
          false,
        ]);
      }
    }
  });

  it('writes down who used what needs admin, and nothing else', async () => {
    const { topology } = await connection();
    const trail = new AuditTrail(topology.audit, systemClock);
    const before = (await trail.walk()).entries.length;
    for (const key of [KEYS.read, KEYS.admin]) {
      await gateway.call('GET', '/v1/users/ada/state', undefined, bearer(key));
      await gateway.call('GET', '/v1/recommendations?user=ada', undefined, bearer(key));
    }
    const { entries, broken } = await trail.walk();
    expect(entries.slice(before)).toMatchObject([
      { actor: 'admin', action: 'GET /v1/users/:id/state', target: '/v1/users/ada/state' },
    ]);
    expect(broken).toEqual([]);
  });

  it('counts the events of a key, not its requests, and says when to come back', async () => {
    const events = (n: number) =>
      Array.from({ length: n }, (_, i) => ({
        kind: 'interaction',
        type: 'click',
        userId: 'ada',
        itemId: `book-${i}`,
      }));
    const first = await gateway.call('POST', '/v1/events', events(10), bearer(KEYS.slow));
    const second = await gateway.call('POST', '/v1/events', events(10), bearer(KEYS.slow));
    expect([first.status, second.status, second.body.error.code]).toEqual([202, 429, 'REK_RATE_LIMITED']);
    expect(second.headers.get('retry-after')).toBe('1');
  });

  it('leaves probes and documents open, and tells browsers what they may not do', async () => {
    for (const path of ['/', '/health/live', '/metrics', '/docs', '/docs/openapi.json']) {
      const { status, headers } = await gateway.call('GET', path);
      expect([path, status]).toEqual([path, 200]);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    }
  });

  it('answers pages of the configured origins, and no others', async () => {
    const preflight = (origin: string) =>
      fetch(`${gateway.url}/v1/events`, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,content-type',
        },
      });
    const welcome = await preflight('https://shop.example');
    expect(welcome.status).toBe(204);
    expect(welcome.headers.get('access-control-allow-origin')).toBe('https://shop.example');
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
  });
});

interface OpenApi {
  readonly paths: Record<string, Record<string, Operation>>;
}
interface Operation {
  readonly security?: { key?: Route['scope'][] }[];
  readonly parameters?: { name: string; in: string; required?: boolean; example?: unknown }[];
  readonly requestBody?: { content: Record<string, { example?: unknown }> };
}

/** Each operation under /v1 with its examples filled in. */
function routesOf(document: OpenApi): Route[] {
  const guarded = Object.entries(document.paths).filter(([template]) => template.startsWith('/v1/'));
  return guarded.flatMap(([template, operations]) =>
    Object.entries(operations).map(([method, operation]) => {
      const parameters = operation.parameters ?? [];
      const path = template.replace(/\{(\w+)\}/g, (_, name: string) =>
        encodeURIComponent(String(parameters.find((p) => p.name === name)?.example ?? 'x')),
      );
      const query = parameters
        .filter((p) => p.in === 'query' && p.required)
        .map((p) => `${p.name}=${encodeURIComponent(String(p.example ?? 'x'))}`);
      return {
        method: method.toUpperCase(),
        path: query.length > 0 ? `${path}?${query.join('&')}` : path,
        scope: operation.security![0]!.key![0]!,
        body: operation.requestBody?.content['application/json']?.example,
      };
    }),
  );
}
