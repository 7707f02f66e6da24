/** Every bad event through the doors that clients have: HTTP and NATS. */
import { partitionOf } from '#kernel';
import { decodeFrame } from '#events';
import { loadSettings } from '#config';
import { connectNats, openTopology, type LogTopology, type NatsConnection } from '#log';
import { BAD_EVENTS, badEventText, ODD_EVENTS, startServers, type TestServers } from '#testkit';
import { startGateway, valueOf, type RunningGateway } from '../testing/start-gateway.js';

let servers: TestServers;
let gateway: RunningGateway;
let connection: NatsConnection;
let topology: LogTopology;

beforeAll(async () => {
  servers = await startServers({ nats: true });
  gateway = await startGateway({ natsUrl: servers.natsUrl });
  connection = await connectNats({ natsUrl: servers.natsUrl });
  topology = await openTopology(connection, loadSettings({}));
});
afterAll(async () => {
  await gateway?.stop();
  await connection?.close();
  await servers?.stop();
});

const base = () => ({ eventId: 'e', userId: 'u', itemId: 'i', timestamp: Date.now() });
const userEvents = BAD_EVENTS.filter(({ kind }) => kind !== 'upsert');
const upserts = BAD_EVENTS.filter(({ kind }) => kind === 'upsert');

/** The code of a refusal, one event or the whole body. */
const codeOf = (body: { error?: { code: string }; rejected?: { code: string }[] }) =>
  body.error?.code ?? body.rejected?.[0]?.code;

describe('A bad event', () => {
  it.each(userEvents.map((bad) => [bad.what, bad] as const))('over HTTP: %s', async (_what, bad) => {
    const before = await topology.log.head();
    const { status, body } = await gateway.call('POST', '/v1/events', badEventText(bad, base()));
    expect([status, codeOf(body)]).toEqual([400, bad.code]);
    expect(await topology.log.head()).toBe(before);
  });

  it.each(upserts.map((bad) => [bad.what, bad] as const))('as an item over HTTP: %s', async (_what, bad) => {
    const before = await topology.log.head();
    const fields = bad.members.slice('"fields":'.length);
    for (const [method, path, text] of [
      ['PUT', '/v1/items/i', fields],
      ['PATCH', '/v1/items/i', fields],
      ['POST', '/v1/items', `{"id":"i",${fields.slice(1)}`],
    ] as const) {
      const { status, body } = await gateway.call(method, path, text);
      expect([method, status, codeOf(body)]).toEqual([method, 400, 'REK_INVALID_ITEM']);
    }
    expect(await topology.log.head()).toBe(before);
  });

  it.each(BAD_EVENTS.map((bad) => [bad.what, bad] as const))('over NATS: %s', async (_what, bad) => {
    const text = badEventText(bad, base());
    const answer = await connection.request(`ingest.${bad.kind}`, text, { timeout: 5_000 });
    expect(codeOf(answer.json())).toBe(bad.code);
  });

  it.each([
    ['before 2000', '"timestamp":946684799999'],
    ['an hour ahead', `"timestamp":${Date.now() + 3_600_000}`],
    ['in the year 287,396', '"timestamp":9007199254740991'],
  ])('is refused at the edge with a time %s', async (_what, members) => {
    const text = badEventText({ kind: 'interaction', members }, base());
    expect(codeOf((await gateway.call('POST', '/v1/events', text)).body)).toBe('REK_TIMESTAMP_OUT_OF_RANGE');
  });

  it('of 10 MB is refused unread, and of 100,000 brackets without harm', async () => {
    const big = badEventText(
      { kind: 'upsert', members: `"fields":{"attributes":{"a":"${'x'.repeat(10_000_000)}"}}` },
      base(),
    );
    expect(await gateway.call('POST', '/v1/events', big)).toMatchObject({
      status: 413,
      body: { error: { code: 'REK_BODY_TOO_LARGE' } },
    });
    const brackets = '['.repeat(100_000) + ']'.repeat(100_000);
    for (const [method, path] of [
      ['POST', '/v1/events'],
      ['POST', '/v1/items'],
      ['PUT', '/v1/items/i'],
      ['POST', '/v1/rank'],
    ] as const)
      for (const text of [brackets, `{"id":${brackets}}`, `{"kind":${brackets}}`, `{"user":${brackets}}`])
        expect([path, (await gateway.call(method, path, text)).status]).toEqual([path, 400]);
  });
});

describe('An odd event', () => {
  it('is taken, and named as it was given', async () => {
    const before = await topology.log.head();
    for (const [i, odd] of ODD_EVENTS.entries()) {
      const text = badEventText(odd, { ...base(), eventId: `odd-${i}` });
      // Over HTTP a member `__proto__` is refused as no JSON, and items have routes of their own.
      const overHttp = odd.kind !== 'upsert' && !odd.members.includes('"__proto__":');
      const body: unknown = overHttp
        ? (await gateway.call('POST', '/v1/events', text)).body
        : (await connection.request(`ingest.${odd.kind}`, text, { timeout: 5_000 })).json();
      expect([odd.what, body]).toEqual([odd.what, expect.objectContaining({ accepted: 1 })]);
    }
    const users = new Set<string>();
    for await (const batch of topology.log.read({ from: before + 1, until: await topology.log.head() }))
      for (const message of batch)
        for (const entry of decodeFrame(message.payload))
          if ('event' in entry && 'userId' in entry.event) {
            users.add(entry.event.userId);
            const { partitions } = loadSettings({}).log;
            expect(message.subject).toBe(`log.user.${partitionOf(entry.event.userId, partitions)}`);
          }
    expect(users).toContain('__proto__');
  });
});

it('After all of it every refusal is counted, and a good event is taken', async () => {
  const counted = await valueOf(gateway.metrics.eventsRejected, { code: 'REK_INVALID_EVENT', via: 'http' });
  expect(counted).toBeGreaterThanOrEqual(
    userEvents.filter(({ code }) => code === 'REK_INVALID_EVENT').length,
  );
  const { status } = await gateway.call('POST', '/v1/events', {
    kind: 'interaction',
    type: 'click',
    userId: 'ann',
    itemId: 'i',
  });
  expect(status).toBe(202);
});
