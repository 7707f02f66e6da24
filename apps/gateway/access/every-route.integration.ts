/**
 * Promise 18, generated from the server itself: every route that it has is open on purpose or in the OpenAPI document with
 * a scope, and each of those is called without a key, with an unknown one, with every scope, with another namespace's
 * key, and spelled in other ways. A new route that is not protected fails here.
 */
import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { loadSettings } from '#config';
import { connectNats, openTopology, type LogTopology, type NatsConnection } from '#log';
import { startServers, type TestServers } from '#testkit';
import { apiRoutes, straysOf, type ApiRoute } from '../testing/api-routes.js';
import { startFakeHost, type FakeHost } from '../testing/fake-host.js';
import { startGateway, type RunningGateway } from '../testing/start-gateway.js';

/** Whoever opens another route says so here as well. */
const OPEN = [
  '/',
  '/dashboard',
  '/dashboard/dashboard.css',
  '/dashboard/icon.svg',
  '/dashboard/main.js',
  '/dashboard/gateway.js',
  '/dashboard/elements.js',
  '/dashboard/format.js',
  '/dashboard/totals.js',
  '/dashboard/line-chart.js',
  '/dashboard/pulse-panel.js',
  '/dashboard/learning-panel.js',
  '/dashboard/serving-panel.js',
  '/dashboard/experiments-panel.js',
  '/dashboard/try-panel.js',
  '/docs',
  '/docs/openapi.json',
  '/docs/swagger-ui-bundle.js',
  '/docs/swagger-ui.css',
  '/health/live',
  '/health/ready',
  '/health/startup',
  '/metrics',
];

const SCOPES = ['read', 'write', 'admin'] as const;
const NAMESPACES = ['default', 'acme'] as const;
const keyText = (name: string): string => `key-of-${name}`;
const entry = (name: string, scopes: (typeof SCOPES)[number][], namespace?: string) => ({
  name,
  sha256: createHash('sha256').update(keyText(name)).digest('hex'),
  scopes,
  namespace,
});
/** One list for the gateways of both namespaces; the second namespace has a key in a list of its own too. */
const SHARED = [
  ...SCOPES.map((scope) => entry(scope, [scope])),
  ...NAMESPACES.map((namespace) => entry(`admin-of-${namespace}`, ['admin'], namespace)),
];
const bearer = (name: string) => ({ authorization: `Bearer ${keyText(name)}` });

let servers: TestServers;
let gateways: Record<(typeof NAMESPACES)[number], RunningGateway>;
let hosts: FakeHost[];
let nats: NatsConnection;
let topology: LogTopology;
let guarded: ApiRoute[];
let gateway: RunningGateway;

beforeAll(async () => {
  servers = await startServers({ nats: true });
  const { natsUrl } = servers;
  const own = { http: { apiKeys: [...SHARED, entry('acme-alone', ['admin'])] } };
  hosts = [await startFakeHost(natsUrl), await startFakeHost(natsUrl, 'acme.')];
  gateways = {
    default: await startGateway({ natsUrl, http: { apiKeys: SHARED } }),
    acme: await startGateway({ natsUrl, namespace: 'acme', ...own }),
  };
  gateway = gateways.default;
  nats = await connectNats({ natsUrl });
  topology = await openTopology(nats, loadSettings({}));
  const document = (await gateway.call('GET', '/docs/openapi.json')).body;
  guarded = apiRoutes(document).filter(({ template }) => !OPEN.includes(template));
}, 60_000);
afterAll(async () => {
  await nats?.close();
  for (const one of Object.values(gateways ?? {})) await one.stop();
  for (const host of hosts ?? []) await host.stop();
  await servers?.stop();
});

const strays = (
  headers: Record<string, string>,
  wanted: readonly number[],
  { at = gateway, routes = guarded } = {},
): Promise<string[]> => straysOf(at.call, routes, headers, wanted);

describe('Every route of the gateway', () => {
  it('is open on purpose, or stands in the document with a scope', () => {
    const documented = new Set(guarded.map(({ method, template }) => `${method} ${template}`));
    const undocumented = gateway.routes
      .filter(({ url }) => !OPEN.includes(url))
      .map(({ method, url }) => `${method} ${url.replace(/:(\w+)/g, '{$1}')}`)
      .filter((route) => !documented.has(route));
    expect(undocumented).toEqual([]);
    expect(guarded.length).toBeGreaterThanOrEqual(12);
    expect(guarded.filter(({ scope }) => scope === '')).toEqual([]);
    expect(new Set(guarded.map(({ scope }) => scope))).toEqual(new Set(SCOPES));
  });

  it('wants a key, and one that is known', async () => {
    for (const headers of [
      {},
      { authorization: 'Bearer unknown' },
      { authorization: 'Bearer ' },
      { authorization: `Basic ${keyText('admin')}` },
      { 'x-api-key': 'x'.repeat(5_000) },
      { 'x-api-key': createHash('sha256').update(keyText('admin')).digest('hex') },
    ])
      expect(await strays(headers as Record<string, string>, [401])).toEqual([]);
  });

  it('wants its scope, and takes admin for all', async () => {
    for (const key of SCOPES) {
      const mine = (route: ApiRoute): boolean => key === 'admin' || route.scope === key;
      expect(await strays(bearer(key), [403], { routes: guarded.filter((route) => !mine(route)) })).toEqual(
        [],
      );
      // No learner runs here: what asks it is let through to a 503.
      const through = [200, 202, 404, 503];
      expect(await strays(bearer(key), through, { routes: guarded.filter(mine) })).toEqual([]);
    }
  });

  it('refuses the key of another namespace: 403 when it knows it, 401 when not', async () => {
    expect(await strays(bearer('admin-of-acme'), [403])).toEqual([]);
    expect(await strays(bearer('admin-of-default'), [403], { at: gateways.acme })).toEqual([]);
    expect(await strays(bearer('acme-alone'), [401])).toEqual([]);
    expect(await strays(bearer('admin-of-default'), [200, 202, 404, 503])).toEqual([]);
  });

  it('reaches its own namespace only: what acme does neither asks nor changes the other', async () => {
    const before = { asked: hosts[0]!.asked.length, head: await topology.log.head() };
    const asked = hosts[1]!.asked.length;
    expect(await strays(bearer('acme-alone'), [200, 202, 404, 503], { at: gateways.acme })).toEqual([]);
    expect({ asked: hosts[0]!.asked.length, head: await topology.log.head() }).toEqual(before);
    expect(hosts[1]!.asked.length).toBeGreaterThan(asked);
  });

  it('is the same route however its address is spelled', async () => {
    const answered: string[] = [];
    let looked = 0;
    for (const { method, path } of guarded)
      for (const spelled of spellings(path)) {
        const status = await rawCall(gateway.url, method, spelled);
        looked++;
        if (![400, 401].includes(status)) answered.push(`${method} ${spelled}: ${status}`);
      }
    expect(answered).toEqual([]);
    expect(looked).toBeGreaterThan(100);
  });
});

it('What is no route tells a stranger nothing', async () => {
  for (const path of ['/v1', '/v1/', '/v1/secrets', '/admin', '/docs/../v1/items/x', '/docs/x'])
    expect([path, (await gateway.call('GET', path)).status]).toEqual([path, 401]);
});

/** Ways to write an address that a router, or a proxy before it, could take for the same. */
function spellings(path: string): string[] {
  return [
    `http://any.example${path}`,
    path.replace('/v1', '/%76%31'),
    path.replace('/v1', '/%761'),
    path.replace('/v1/', '/v1%2F'),
    path.replace('/v1', '//v1'),
    path.replace('/v1', '/V1'),
    path.replace('/v1', '/./v1'),
    path.replace('/v1', '/docs/../v1'),
    path.replace('/v1', '/v1;x=1'),
    path.includes('?') ? path.replace('?', '/?') : `${path}/`,
    path.includes('?') ? `${path}&x=/docs` : `${path}?/docs`,
    `${path}%00`,
    `${path}%`,
  ];
}

/** As it stands: `fetch` would tidy the address. */
function rawCall(url: string, method: string, path: string): Promise<number> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const call = request({ hostname, port, method, path, agent: false }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode!));
    });
    call.on('error', reject);
    call.end();
  });
}
