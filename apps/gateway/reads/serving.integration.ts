import { startServers, until, type TestServers } from '#testkit';
import { partitionOf } from '#kernel';
import { startFakeHost, type FakeHost } from '../testing/fake-host.js';
import { startGateway, valueOf, type RunningGateway } from '../testing/start-gateway.js';

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
  host.asked.length = 0;
});

const ids = (body: { items: { itemId: string }[] }) => body.items.map(({ itemId }) => itemId);

describe('recommendations', () => {
  it('come from the host that owns the user, ten by default', async () => {
    const { status, headers, body } = await gateway.call('GET', '/v1/recommendations?user=ada', undefined, {
      'x-request-id': 'r-1',
    });
    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('application/json');
    expect(headers.get('rekappa-degraded')).toBeNull();
    expect(body).toMatchObject({ recommendationId: 'rec-ada', modelVersion: 'm1', position: 42 });
    expect(body.items).toHaveLength(10);
    expect(host.asked).toEqual([{ op: 'recommend', user: 'ada', n: 10, requestId: 'r-1' }]);
  });

  it('pass on everything the POST form can say', async () => {
    const asked = {
      user: 'ada',
      n: 3,
      scenario: 'home',
      context: { device: 'phone' },
      filter: { categories: ['fantasy'] },
      exclude: ['x'],
      after: 7,
    };
    const { status } = await gateway.call('POST', '/v1/recommendations', asked);
    expect(status).toBe(200);
    expect(host.asked[0]).toMatchObject(asked);
  });

  it.each([
    ['/v1/recommendations', 'user'],
    ['/v1/recommendations?user=a&n=0', 'n'],
    ['/v1/recommendations?user=a&n=101', 'n'],
    ['/v1/recommendations?user=a&n=two', 'n'],
    ['/v1/recommendations?user=a&after=-1', 'after'],
    ['/v1/recommendations?user=a&limit=5', 'limit'],
    [`/v1/recommendations?user=${'x'.repeat(257)}`, 'user'],
  ])('%s is refused by name', async (path, field) => {
    const { status, body } = await gateway.call('GET', path);
    expect(status).toBe(400);
    expect(body.error).toMatchObject({
      code: 'REK_INVALID_REQUEST',
      message: expect.stringContaining(field),
    });
    expect(host.asked).toHaveLength(0);
  });

  it.each(['answer', 'refuse'] as const)(
    'refuse what no host would take, whether one is there or not (%s)',
    async (behaviour) => {
      host.behaviour = behaviour;
      const attributes = Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`a${i}`, i]));
      for (const [field, asked] of [
        ['scenario', { scenario: '' }],
        ['filter.priceMin', { filter: { priceMin: -1 } }],
        ['filter.priceMax', { filter: { priceMax: -0.5 } }],
        ['filter.attributes', { filter: { attributes } }],
        ['filter.attributes', { filter: { attributes: { '': 1 } } }],
      ] as const) {
        const { status, body } = await gateway.call('POST', '/v1/recommendations', { user: 'ada', ...asked });
        expect([field, status, body.error?.message]).toEqual([field, 400, expect.stringContaining(field)]);
      }
      expect((await gateway.call('GET', '/v1/recommendations?user=ada&scenario=')).status).toBe(400);
      expect(host.asked).toHaveLength(0);
    },
  );

  it('refuse a rule with a mistake by its place, without asking the host', async () => {
    const { status, body } = await gateway.call('POST', '/v1/recommendations', {
      user: 'a',
      rules: [{ name: 'red', filter: 'item.colour == "red"' }],
    });
    expect(status).toBe(400);
    expect(body.error).toMatchObject({
      code: 'REK_INVALID_REQUEST',
      message: expect.stringMatching(/^rules\.0\.filter: No such key: colour, at character 6: an item has/),
    });
    expect(host.asked).toHaveLength(0);
  });

  it('survive one passing refusal by asking again', async () => {
    host.behaviour = 'refuse';
    const answer = gateway.call('GET', '/v1/recommendations?user=bob&n=2');
    await until('asked once', () => host.asked.length === 1);
    host.behaviour = 'answer';
    expect((await answer).body).toMatchObject({ recommendationId: 'rec-bob' });
    expect(host.asked).toHaveLength(2);
  });
});

describe('when the user’s host cannot answer', () => {
  it('a list made without a request’s rules is no substitute for it', async () => {
    await gateway.call('GET', '/v1/recommendations?user=rita&n=5');
    host.behaviour = 'refuse';
    const rules = [{ name: 'red', filter: 'item.attributes.colour == "red"' }];
    const { body } = await gateway.call('POST', '/v1/recommendations', { user: 'rita', rules });
    expect(body).toMatchObject({ items: [], degraded: { source: 'empty' } });
  });

  it('no substitute breaks a rule that asks for the context', async () => {
    const strict = await startGateway({
      natsUrl: servers.natsUrl,
      serving: {
        timeoutMs: 300,
        rules: [{ name: 'children', when: 'context.page == "kids"', filter: '"kids" in item.tags' }],
      },
    });
    try {
      const ask = async (page?: string) => {
        const asked = { user: 'kim', ...(page === undefined ? {} : { context: { page } }) };
        return (await strict.call('POST', '/v1/recommendations', asked)).body.degraded?.source;
      };
      expect([await ask('start'), await ask()]).toEqual([undefined, undefined]);
      host.behaviour = 'refuse';
      expect([await ask('start'), await ask(), await ask('kids')]).toEqual([
        'last-list',
        'last-list',
        'empty',
      ]);
    } finally {
      await strict.stop();
    }
  });

  it.each(['silent', 'refuse'] as const)('(%s) the last list is answered, and says so', async (behaviour) => {
    await gateway.call('GET', `/v1/recommendations?user=carol-${behaviour}&n=5`);
    host.behaviour = behaviour;
    const startedAt = performance.now();
    const { status, headers, body } = await gateway.call('POST', '/v1/recommendations', {
      user: `carol-${behaviour}`,
      n: 3,
      exclude: ['live-2'],
      after: 9,
    });
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(status).toBe(200);
    const reason = behaviour === 'silent' ? 'REK_TIMEOUT' : 'REK_LEASE_LOST';
    expect(body.degraded).toEqual({ reason, source: 'last-list' });
    expect(headers.get('rekappa-degraded')).toBe(`reason=${reason}; source=last-list`);
    expect(body).toMatchObject({
      recommendationId: `rec-carol-${behaviour}`,
      after: { requested: 9, reached: false },
    });
    expect(ids(body)).toEqual(['live-1', 'live-3', 'live-4']);
    expect(body.items.map(({ position }: { position: number }) => position)).toEqual([1, 2, 3]);
  });

  it('a user without a last list gets what is trending', async () => {
    host.behaviour = 'refuse';
    const { status, body } = await gateway.call('GET', '/v1/recommendations?user=nobody&n=4');
    expect(status).toBe(200);
    expect(body.degraded).toEqual({ reason: 'REK_LEASE_LOST', source: 'trending' });
    expect(ids(body)).toEqual(['hot-1', 'hot-2', 'hot-3', 'hot-4']);
  });

  it('a filter is never broken: another filter’s list, or an unfiltered one, is no substitute', async () => {
    await gateway.call('GET', '/v1/recommendations?user=dan');
    host.behaviour = 'refuse';
    const { body } = await gateway.call('POST', '/v1/recommendations', {
      user: 'dan',
      filter: { categories: ['x'] },
    });
    expect(body).toMatchObject({ items: [], degraded: { source: 'empty' } });
  });

  it('candidates come back as they were given', async () => {
    host.behaviour = 'refuse';
    const { status, body } = await gateway.call('POST', '/v1/rank', { user: 'ada', items: ['b', 'a'] });
    expect(status).toBe(200);
    expect(ids(body)).toEqual(['b', 'a']);
    expect(body.degraded).toEqual({ reason: 'REK_LEASE_LOST', source: 'as-given' });
  });

  it('a state, which has no substitute, is refused with a time to retry', async () => {
    host.behaviour = 'silent';
    const { status, headers, body } = await gateway.call('GET', '/v1/users/ada/state');
    expect(status).toBe(504);
    expect(headers.get('retry-after')).toBe('1');
    expect(body.error.code).toBe('REK_TIMEOUT');
  });

  it('it is counted', async () => {
    const { degraded, recommendations } = gateway.metrics;
    expect(await valueOf(degraded, { reason: 'REK_LEASE_LOST', source: 'trending' })).toBe(1);
    expect(await valueOf(recommendations, { source: 'live' })).toBeGreaterThan(1);
  });

  it.each([
    ['recommendations', { user: 'ada' }],
    ['rank', { user: 'ada', items: ['b', 'a'] }],
  ])('every answer of %s is counted once, live or not', async (path, body) => {
    const { recommendations } = gateway.metrics;
    const answers = async () =>
      (await recommendations.get()).values.reduce((sum, { value }) => sum + value, 0);
    const before = [await answers(), await valueOf(recommendations, { source: 'live' })];
    await gateway.call('POST', `/v1/${path}`, body);
    expect([await answers(), await valueOf(recommendations, { source: 'live' })]).toEqual([
      before[0]! + 1,
      before[1]! + 1,
    ]);
    host.behaviour = 'refuse';
    await gateway.call('POST', `/v1/${path}`, body);
    await gateway.call('GET', '/v1/items/trending');
    expect([await answers(), await valueOf(recommendations, { source: 'live' })]).toEqual([
      before[0]! + 2,
      before[1]! + 1,
    ]);
  });
});

describe('with nobody there at all', () => {
  /** Far beyond what an answer takes on a busy machine. */
  const DEADLINE_MS = 10_000;

  it('still answers from what it kept, without waiting for the deadline', async () => {
    const own = await startServers({ nats: true });
    const passing = await startFakeHost(own.natsUrl);
    const lonely = await startGateway({ natsUrl: own.natsUrl, serving: { timeoutMs: DEADLINE_MS } });
    await lonely.call('GET', '/v1/recommendations?user=eve');
    await passing.stop();
    const startedAt = performance.now();
    expect((await lonely.call('GET', '/v1/recommendations?user=eve')).body.degraded).toEqual({
      reason: 'REK_HOST_UNAVAILABLE',
      source: 'last-list',
    });
    expect(performance.now() - startedAt).toBeLessThan(DEADLINE_MS);
    await own.nats!.kill9();
    expect((await lonely.call('GET', '/v1/recommendations?user=eve')).body.degraded.source).toBe('last-list');
    expect((await lonely.call('GET', '/v1/items/trending?n=2&windowSeconds=60')).body).toMatchObject({
      windowSeconds: 3600,
      items: [{ itemId: 'hot-1' }, { itemId: 'hot-2' }],
      degraded: { source: 'trending' },
    });
    await lonely.stop();
    await own.stop();
  }, 60_000);
});

describe('other reads', () => {
  it('ask any host about items and the owner about a user', async () => {
    expect((await gateway.call('GET', '/v1/items/book%201')).body).toMatchObject({ item: { id: 'book 1' } });
    expect(await gateway.call('GET', '/v1/items/missing')).toMatchObject({
      status: 404,
      body: { error: { code: 'REK_UNKNOWN_ITEM' } },
    });
    expect((await gateway.call('GET', '/v1/items/book-1/similar?n=3')).body.items).toHaveLength(3);
    expect((await gateway.call('GET', '/v1/items/trending?n=2&category=fantasy')).body.items).toHaveLength(2);
    expect((await gateway.call('GET', '/v1/users/zoë/state?after=5')).body).toMatchObject({ userId: 'zoë' });
    expect(partitionOf('zoë', 16)).toBeLessThan(16);
  });

  it('refuse more than they can work on at once', async () => {
    const narrow = await startGateway({
      natsUrl: servers.natsUrl,
      http: { inFlightMax: 2 },
      serving: { timeoutMs: 300 },
    });
    host.behaviour = 'silent';
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => narrow.call('GET', '/v1/users/ada/state')),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(3);
    expect(refused[0]!.headers.get('retry-after')).toBe('1');
    await narrow.stop();
  });
});
