/** What keys do besides opening routes (every-route.integration.ts): rates, the audit trail, browsers. */
import { createHash } from 'node:crypto';
import { systemClock } from '#kernel';
import { attachTopology, AuditTrail, connectNats, type LogTopology, type NatsConnection } from '#log';
import { startServers, type TestServers } from '#testkit';
import { startFakeHost, type FakeHost } from '../testing/fake-host.js';
import { startGateway, type RunningGateway } from '../testing/start-gateway.js';

const KEYS = {
  read: 'reading-key',
  write: 'writing-key',
  admin: 'admin-key',
  slow: 'slow-key',
  brisk: 'brisk-key',
};
const entry = (name: keyof typeof KEYS, scopes: ('read' | 'write' | 'admin')[], more: object = {}) => ({
  name,
  sha256: createHash('sha256').update(KEYS[name]).digest('hex'),
  scopes,
  ...more,
});

let servers: TestServers;
let gateway: RunningGateway;
let host: FakeHost;
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
        entry('brisk', ['write'], { eventsPerSecond: 1_000 }),
      ],
      corsOrigins: ['https://shop.example'],
    },
  });
}, 30_000);
afterAll(async () => {
  await nats?.close();
  await gateway.stop();
  await host.stop();
  await servers.stop();
});

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

describe('a deployment with keys', () => {
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

  it('charges a request that is refused for its size no more than the largest that is taken', async () => {
    const { status } = await fetch(`${gateway.url}/v1/events`, {
      method: 'POST',
      headers: { ...bearer(KEYS.brisk), 'content-type': 'application/x-ndjson' },
      body: '1\n'.repeat(100_000),
    });
    expect(status).toBe(413);
    const next = await gateway.call('POST', '/v1/events', [], bearer(KEYS.brisk));
    expect(Number(next.headers.get('retry-after') ?? 0)).toBeLessThanOrEqual(1);
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
