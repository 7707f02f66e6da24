/** The loop as a client sees it, through the gateway: what goes in over HTTP shows in the next answer, and I6 holds. */
import { setTimeout as sleep } from 'node:timers/promises';
import { connectNats, openTopology } from '#log';
import { decodeFrame } from '#events';
import { loadSettings } from '#config';
import { startSystem, until, type RunningSystem } from '#testkit';
import { misfit } from '../../apps/gateway/testing/misfit.js';

const PARTITIONS = 4;
const ENVIRONMENT = {
  REKAPPA_LOG_PARTITIONS: String(PARTITIONS),
  REKAPPA_ACTORS_LEASE_MS: '2000',
  REKAPPA_MODEL_BITS: '12',
  REKAPPA_SERVING_EXPLORE: '0',
};
const CATEGORIES = ['fantasy', 'crime', 'travel', 'cooking'];
const PER_CATEGORY = 12;

let system: RunningSystem;

interface Answer {
  status: number;
  headers: Headers;
  body: ReturnType<typeof JSON.parse>;
}

async function call(method: string, path: string, body?: unknown, url = system.gateway.url): Promise<Answer> {
  const response = await fetch(url + path, {
    method,
    ...(body !== undefined && {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    }),
  });
  return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) };
}

const click = (userId: string, itemId: string, eventId: string) => ({
  kind: 'interaction',
  type: 'click',
  userId,
  itemId,
  eventId,
});
const listFor = (user: string, more = '') => call('GET', `/v1/recommendations?user=${user}&n=10${more}`);
const idsOf = ({ body }: Answer): string[] => body.items.map(({ itemId }: { itemId: string }) => itemId);

beforeAll(async () => {
  system = await startSystem({ redis: true, environment: ENVIRONMENT });
  const items = CATEGORIES.flatMap((category) =>
    Array.from({ length: PER_CATEGORY }, (_, i) => ({
      id: `${category}-${i}`,
      title: `${category} no. ${i}`,
      categories: [category],
      tags: [`${category}-tag`],
      price: 5 + i,
    })),
  );
  const { body } = await call('POST', '/v1/items', items);
  expect(body).toMatchObject({ accepted: items.length, rejected: [] });
  await until(
    'the catalogue can be recommended',
    async () => idsOf(await listFor('first')).length === 10,
    20_000,
  );
}, 120_000);
afterAll(() => system?.stop(), 30_000);

describe('through the gateway', () => {
  it('a click changes the next list, which says why, and the state shows it', async () => {
    const before = await listFor('ada');
    expect(before.body).toMatchObject({
      after: { reached: true },
      items: expect.arrayContaining([
        expect.objectContaining({ title: expect.any(String), channel: expect.any(String) }),
      ]),
    });
    const { status, body } = await call('POST', '/v1/events', [
      click('ada', 'travel-1', 'a1'),
      click('ada', 'travel-2', 'a2'),
      click('ada', 'travel-3', 'a3'),
    ]);
    expect(status).toBe(202);
    const after = await listFor('ada', `&after=${body.seq}`);
    expect(after.body.after).toEqual({ requested: body.seq, reached: true });
    expect(after.body.position).toBeGreaterThanOrEqual(body.seq);
    expect(idsOf(after)).not.toEqual(idsOf(before));
    expect(after.body.items.some(({ reasons }: { reasons: unknown[] }) => reasons.length > 0)).toBe(true);
    const state = await call('GET', `/v1/users/ada/state?after=${body.seq}`);
    expect(state.status).toBe(200);
    expect(JSON.stringify(state.body)).toContain('travel');
  });

  it('an event sent again changes nothing', async () => {
    const first = await call('POST', '/v1/events', click('bob', 'crime-1', 'b1'));
    const one = await call('GET', `/v1/users/bob/state?after=${first.body.seq}`);
    const again = await call('POST', '/v1/events', [
      click('bob', 'crime-1', 'b1'),
      click('bob', 'crime-1', 'b1'),
    ]);
    const two = await call('GET', `/v1/users/bob/state?after=${again.body.seq}`);
    expect(two.body.after.reached).toBe(true);
    expect(one.body.counters.interactions).toBe(1);
    expect(two.body.counters).toEqual(one.body.counters);
    expect(two.body.interests).toEqual(one.body.interests);
  });

  it('a hidden item is gone from the next list, and a new one can be recommended at once', async () => {
    const shown = idsOf(await listFor('carl'))[0]!;
    const hidden = await call('PATCH', `/v1/items/${shown}`, { hidden: true });
    expect(hidden.status).toBe(202);
    expect(idsOf(await listFor('carl', `&after=${hidden.body.seq}`))).not.toContain(shown);
    const { body } = await call('PUT', '/v1/items/brand-new', { title: 'Brand new', categories: ['newest'] });
    const only = await call('POST', '/v1/recommendations', {
      user: 'carl',
      filter: { categories: ['newest'] },
      after: body.seq,
    });
    expect(idsOf(only)).toEqual(['brand-new']);
    expect((await call('GET', '/v1/items/brand-new')).body.item.title).toBe('Brand new');
  });

  it('the caller’s own candidates come back ranked, similar and trending items are answered', async () => {
    const ranked = await call('POST', '/v1/rank', {
      user: 'ada',
      items: ['cooking-1', 'travel-5', 'crime-3'],
    });
    expect(idsOf(ranked).sort()).toEqual(['cooking-1', 'crime-3', 'travel-5']);
    expect(idsOf(await call('GET', '/v1/items/travel-1/similar?n=5'))).not.toContain('travel-1');
    expect(idsOf(await call('GET', '/v1/items/trending?n=3'))).toHaveLength(3);
    expect((await call('GET', '/v1/items/nothing/similar')).status).toBe(404);
  });

  it('every read is answered as the API is described', async () => {
    const { body: document } = await call('GET', '/docs/openapi.json');
    for (const [route, path, body] of [
      ['GET /v1/recommendations', '/v1/recommendations?user=ada'],
      ['POST /v1/recommendations', '/v1/recommendations', { user: 'ada', filter: { priceMax: 9 } }],
      ['POST /v1/rank', '/v1/rank', { user: 'ada', items: ['cooking-1', 'travel-5'] }],
      ['GET /v1/items/{id}', '/v1/items/travel-1'],
      ['GET /v1/items/{id}/similar', '/v1/items/travel-1/similar'],
      ['GET /v1/items/trending', '/v1/items/trending?windowSeconds=600'],
      ['GET /v1/users/{id}/state', '/v1/users/ada/state'],
      ['GET /v1/experiments', '/v1/experiments'],
    ] as const) {
      const answer = await call(route.split(' ')[0]!, path, body);
      expect([answer.status, misfit(document, route, answer)]).toEqual([200, '']);
    }
  });
});

describe('serving degrades, it does not fail (I6)', () => {
  it('without Redis, nothing changes but a gauge', async () => {
    await system.servers.redis?.kill9();
    const answer = await listFor('ada');
    expect(answer.status).toBe(200);
    expect(answer.body.degraded).toBeUndefined();
    expect((await call('GET', '/health/ready')).status).toBe(200);
  });

  it('without Postgres, lists and clicks go on', async () => {
    await system.servers.postgres!.kill9();
    const { body } = await call('POST', '/v1/events', click('ada', 'cooking-2', 'without-postgres'));
    expect((await listFor('ada', `&after=${body.seq}`)).body).toMatchObject({ after: { reached: true } });
    await system.servers.postgres!.restart();
  });

  it('without the learner, lists go on', async () => {
    await system.learner!.child.kill9();
    expect((await listFor('ada')).body.degraded).toBeUndefined();
    await system.start('learner');
  }, 60_000);

  it('with the only host killed, every request is still answered 200, with the user’s last list; a new host takes over', async () => {
    const last = idsOf(await listFor('ada'));
    await system.hosts[0]!.child.kill9();
    const degraded = await listFor('ada');
    expect(degraded).toMatchObject({ status: 200, body: { degraded: { source: 'last-list' } } });
    expect(degraded.headers.get('rekappa-degraded')).toContain('last-list');
    expect(idsOf(degraded)).toEqual(last);
    expect((await listFor('somebody-new')).body).toMatchObject({ degraded: { source: 'trending' } });
    const accepted = await call('POST', '/v1/events', click('ada', 'fantasy-9', 'while-away'));
    expect(accepted.status).toBe(202);

    await system.start('actors');
    let answered = 0;
    await until(
      'answers are live again',
      async () => {
        const answer = await listFor('ada', `&after=${accepted.body.seq}`);
        expect(answer.status).toBe(200);
        answered++;
        return answer.body.degraded === undefined && answer.body.after.reached;
      },
      30_000,
    );
    const state = await call('GET', '/v1/users/ada/state');
    expect(JSON.stringify(state.body)).toContain('fantasy-9');
    expect(answered).toBeGreaterThan(0);
  }, 60_000);
});

describe('a gateway that is told to stop under load', () => {
  it('answers what it took, exits 0 in time, and everything it answered 202 is in the log, once', async () => {
    const leaving = await system.start('gateway');
    const acknowledged = new Set<string>();
    let running = true;
    let sent = 0;
    const publish = async (worker: number): Promise<void> => {
      for (let i = 0; running; i++) {
        const ids = Array.from({ length: 5 }, (_, k) => `stop-${worker}-${i}-${k}`);
        sent += ids.length;
        const answer = await call(
          'POST',
          '/v1/events',
          ids.map((id) => click(`user-${worker}`, 'crime-2', id)),
          leaving.url,
        ).catch(() => undefined);
        if (answer?.status === 202) ids.forEach((id) => acknowledged.add(id));
        else await sleep(5);
      }
    };
    const workers = Array.from({ length: 8 }, (_, worker) => publish(worker));
    await until('load is flowing', () => acknowledged.size > 200, 20_000);
    const startedAt = performance.now();
    const status = await leaving.child.stop();
    running = false;
    await Promise.all(workers);
    expect(status).toMatchObject({ code: 0 });
    expect(performance.now() - startedAt).toBeLessThan(8_000);
    expect(sent).toBeGreaterThan(acknowledged.size - 1);

    const settings = loadSettings(system.environment);
    const connection = await connectNats(settings);
    const topology = await openTopology(connection, settings);
    const seen = new Map<string, number>();
    for await (const batch of topology.log.read({ from: 1, until: await topology.log.head() })) {
      for (const { payload } of batch)
        for (const entry of decodeFrame(payload))
          if ('event' in entry) seen.set(entry.event.eventId, (seen.get(entry.event.eventId) ?? 0) + 1);
    }
    await connection.close();
    for (const id of acknowledged) expect([id, seen.get(id)]).toEqual([id, 1]);
  }, 60_000);
});
