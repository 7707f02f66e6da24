import { ClientNats } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import { startServers, type TestServers } from '#testkit';
import { decodeFrame, type LogEvent } from '#events';
import { connectNats, openTopology, type LogTopology, type NatsConnection } from '#log';
import { loadSettings } from '#config';
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

const click = (eventId: string, extra: object = {}) => ({
  kind: 'interaction',
  type: 'click',
  userId: 'ada',
  itemId: 'book-1',
  eventId,
  ...extra,
});

/** All events in the log after a sequence, up to its head. */
async function logged(after: number): Promise<LogEvent[]> {
  const events: LogEvent[] = [];
  const head = await topology.log.head();
  if (head <= after) return events;
  for await (const batch of topology.log.read({ from: after + 1, until: head })) {
    for (const message of batch)
      for (const entry of decodeFrame(message.payload)) if ('event' in entry) events.push(entry.event);
  }
  return events;
}

describe('POST /v1/events', () => {
  it('answers one event with its sequence once the log has it', async () => {
    const before = await topology.log.head();
    const { status, body } = await gateway.call('POST', '/v1/events', click('one'));
    expect(status).toBe(202);
    expect(body).toEqual({ accepted: 1, rejected: [], seq: before + 1 });
    expect(await logged(before)).toMatchObject([{ eventId: 'one', userId: 'ada', version: 1 }]);
  });

  it('keeps the good events of a mixed batch and names each bad one', async () => {
    const before = await topology.log.head();
    const { status, body } = await gateway.call('POST', '/v1/events', [
      click('good-1'),
      click('bad-type', { type: 'teleport' }),
      click('bad-item', { itemId: '' }),
      { kind: 'tick', eventId: 't', timestamp: 1, epoch: 1 },
      'not an event',
      click('past', { timestamp: 12 }),
      click('future', { timestamp: Date.now() + 3_600_000 }),
      click('new', { version: 2 }),
      { kind: 'profile', userId: 'ada', attributes: { segment: 'student' } },
    ]);
    expect(status).toBe(202);
    expect(body.accepted).toBe(2);
    expect(body.rejected.map(({ index, code }: { index: number; code: string }) => [index, code])).toEqual([
      [1, 'REK_UNKNOWN_INTERACTION'],
      [2, 'REK_INVALID_EVENT'],
      [3, 'REK_UNKNOWN_KIND'],
      [4, 'REK_INVALID_EVENT'],
      [5, 'REK_TIMESTAMP_OUT_OF_RANGE'],
      [6, 'REK_TIMESTAMP_OUT_OF_RANGE'],
      [7, 'REK_UNKNOWN_VERSION'],
    ]);
    expect(body.rejected[1].message).toContain('itemId');
    const events = await logged(before);
    expect(events).toHaveLength(2);
    expect(events.find((event) => event.kind === 'profile')!.eventId).toMatch(/^[0-9a-f-]{36}$/);
    expect(Math.abs(events.find((event) => event.kind === 'profile')!.timestamp - Date.now())).toBeLessThan(
      60_000,
    );
  });

  it('reads NDJSON line by line; a broken line is one rejection', async () => {
    const lines = [JSON.stringify(click('line-0')), '{"kind":', '', JSON.stringify(click('line-2'))].join(
      '\n',
    );
    const { status, body } = await gateway.call('POST', '/v1/events', lines, {
      'content-type': 'application/x-ndjson',
    });
    expect(status).toBe(202);
    expect(body).toMatchObject({ accepted: 2, rejected: [{ index: 1, code: 'REK_INVALID_JSON' }] });
  });

  it('answers 400 with the same body when everything was refused', async () => {
    const { status, body } = await gateway.call('POST', '/v1/events', [click('x', { type: 'teleport' })]);
    expect(status).toBe(400);
    expect(body).toMatchObject({
      accepted: 0,
      rejected: [{ index: 0, code: 'REK_UNKNOWN_INTERACTION' }],
      seq: 0,
    });
  });

  it.each([
    ['broken JSON', '{"kind"', {}, 400, 'REK_INVALID_JSON'],
    ['an empty array', '[]', {}, 400, 'REK_INVALID_REQUEST'],
    ['another content type', 'kind=click', { 'content-type': 'text/csv' }, 415, 'REK_UNSUPPORTED_MEDIA_TYPE'],
    [
      '1,001 events',
      JSON.stringify(Array.from({ length: 1_001 }, (_, i) => click(`n${i}`))),
      {},
      413,
      'REK_BODY_TOO_LARGE',
    ],
    [
      'over 1 MiB',
      JSON.stringify(click('big', { padding: 'x'.repeat(1_048_576) })),
      {},
      413,
      'REK_BODY_TOO_LARGE',
    ],
  ])('refuses %s in the house’s error shape', async (_name, text, headers, status, code) => {
    const before = await topology.log.head();
    const answer = await gateway.call('POST', '/v1/events', text, { 'x-request-id': 'req-7', ...headers });
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual({ error: { code, message: expect.any(String), requestId: 'req-7' } });
    expect(JSON.stringify(answer.body)).not.toContain('node_modules');
    expect(await topology.log.head()).toBe(before);
  });

  it('takes 1,000 events in one request', async () => {
    const before = await topology.log.head();
    const { body } = await gateway.call(
      'POST',
      '/v1/events',
      Array.from({ length: 1_000 }, (_, i) => click(`k${i}`, { userId: `u${i % 50}` })),
    );
    expect(body).toMatchObject({ accepted: 1_000, rejected: [] });
    expect(await logged(before)).toHaveLength(1_000);
    expect(body.seq).toBe(await topology.log.head());
  });

  it('counts what it accepted and refused', async () => {
    const accepted = await valueOf(gateway.metrics.eventsAccepted, { kind: 'interaction', via: 'http' });
    expect(accepted).toBeGreaterThan(1_000);
    expect(await valueOf(gateway.metrics.eventsRejected, { code: 'REK_UNKNOWN_KIND', via: 'http' })).toBe(1);
    const text = (await gateway.call('GET', '/metrics')).body;
    expect(text).toContain('rekappa_ingest_ack_seconds_count');
    expect(text).toMatch(/rekappa_frame_events_sum\{app="gateway"\} 1\d{3}/);
  });
});

describe('/v1/items', () => {
  it('turns PUT, PATCH and DELETE into events', async () => {
    const before = await topology.log.head();
    expect(
      await gateway.call('PUT', '/v1/items/book%2F1', { title: 'The Hobbit', price: 9.5 }),
    ).toMatchObject({ status: 202, body: { accepted: 1, seq: before + 1 } });
    expect(await gateway.call('PATCH', '/v1/items/book%2F1', { hidden: true })).toMatchObject({
      status: 202,
      body: { accepted: 1, seq: before + 2 },
    });
    expect(await gateway.call('DELETE', '/v1/items/book%2F1')).toMatchObject({
      status: 202,
      body: { accepted: 1, seq: before + 3 },
    });
    expect(await logged(before)).toMatchObject([
      { kind: 'upsert', mode: 'replace', itemId: 'book/1', fields: { title: 'The Hobbit', price: 9.5 } },
      { kind: 'upsert', mode: 'merge', itemId: 'book/1', fields: { hidden: true } },
      { kind: 'delete', itemId: 'book/1' },
    ]);
  });

  it('takes many, names the bad ones, and keeps the ids of an import', async () => {
    const before = await topology.log.head();
    const lines = [
      { id: 'a', title: 'A', eventId: 'import-a', timestamp: 1_600_000_000_000 },
      { title: 'no id' },
      { id: 'c', price: -1 },
      { id: 'd', mode: 'merge', price: 2 },
    ];
    const { status, body } = await gateway.call(
      'POST',
      '/v1/items',
      lines.map((line) => JSON.stringify(line)).join('\n'),
      { 'content-type': 'application/x-ndjson' },
    );
    expect(status).toBe(202);
    expect(body).toMatchObject({
      accepted: 2,
      rejected: [
        { index: 1, code: 'REK_INVALID_ITEM' },
        { index: 2, code: 'REK_INVALID_ITEM' },
      ],
    });
    expect(await logged(before)).toMatchObject([
      { itemId: 'a', eventId: 'import-a', timestamp: 1_600_000_000_000, mode: 'replace' },
      { itemId: 'd', mode: 'merge' },
    ]);
  });

  it('refuses what is no item', async () => {
    expect(await gateway.call('PUT', '/v1/items/x', { titel: 'typo' })).toMatchObject({
      status: 400,
      body: { error: { code: 'REK_INVALID_ITEM', message: expect.stringContaining('titel') } },
    });
    expect(await gateway.call('PUT', '/v1/items/x', [1])).toMatchObject({
      status: 400,
      body: { error: { code: 'REK_INVALID_ITEM' } },
    });
    expect(await gateway.call('PUT', '/v1/items/x', { id: 'y' })).toMatchObject({
      status: 400,
      body: { error: { code: 'REK_INVALID_ITEM' } },
    });
  });
});

describe('ingest over NATS', () => {
  const ask = async (subject: string, payload: string) =>
    (await connection.request(subject, payload, { timeout: 3_000 })).json();

  it('acknowledges plain JSON after the log has it; the subject gives the kind', async () => {
    const before = await topology.log.head();
    const { kind: _, ...event } = click('nats-1');
    expect(await ask('ingest.interaction', JSON.stringify(event))).toEqual({
      accepted: 1,
      rejected: [],
      seq: before + 1,
    });
    expect(
      await ask(
        'ingest.upsert',
        JSON.stringify([
          { itemId: 'n1', fields: { title: 'N' } },
          { itemId: 'n2', fields: {} },
        ]),
      ),
    ).toMatchObject({ accepted: 2 });
    expect(await logged(before)).toMatchObject([
      { eventId: 'nats-1', kind: 'interaction' },
      { kind: 'upsert', itemId: 'n1' },
      { itemId: 'n2' },
    ]);
  });

  it('checks as strictly as HTTP does, and answers even garbage', async () => {
    expect(await ask('ingest.interaction', JSON.stringify(click('x', { type: 'teleport' })))).toMatchObject({
      accepted: 0,
      rejected: [{ code: 'REK_UNKNOWN_INTERACTION' }],
    });
    expect(await ask('ingest.profile', JSON.stringify(click('x')))).toMatchObject({
      accepted: 0,
      rejected: [{ code: 'REK_UNKNOWN_KIND' }],
    });
    expect(await ask('ingest.impression', 'garbage')).toMatchObject({
      accepted: 0,
      rejected: [{ code: 'REK_INVALID_JSON' }],
    });
    expect(await ask('ingest.merge', '[]')).toMatchObject({ error: { code: 'REK_INVALID_REQUEST' } });
  });

  it('understands Nest’s own client', async () => {
    const client = new ClientNats({ servers: [servers.natsUrl] });
    const answer = await lastValueFrom(client.send('ingest.interaction', click('from-nest')));
    expect(answer).toMatchObject({ accepted: 1, rejected: [] });
    await client.close();
  });
});

describe('when the log is away', () => {
  it('answers 503 with Retry-After within a bound, and works again when it is back', async () => {
    const own = await startServers({ nats: true });
    const lonely = await startGateway({ natsUrl: own.natsUrl, log: { ackTimeoutMs: 1_000 } });
    await own.nats!.kill9();
    const startedAt = performance.now();
    const { status, headers, body } = await lonely.call('POST', '/v1/events', click('while-away'));
    expect(performance.now() - startedAt).toBeLessThan(2_500);
    expect(status).toBe(503);
    expect(headers.get('retry-after')).toMatch(/^\d+$/);
    expect(body.error.code).toBe('REK_LOG_UNAVAILABLE');
    expect((await lonely.call('GET', '/health/ready')).body).toMatchObject({
      status: 'ready',
      impaired: ['nats'],
    });
    await own.nats!.restart();
    for (let attempt = 0, status = 0; status !== 202; attempt++) {
      ({ status } = await lonely.call('POST', '/v1/events', click('while-away')));
      expect(attempt).toBeLessThan(20);
    }
    await lonely.stop();
    await own.stop();
  });
});

describe('shutting down', () => {
  it('answers what is under way, refuses what comes, and loses nothing acknowledged', async () => {
    const leaving = await startGateway({ natsUrl: servers.natsUrl, log: { packMs: 300 } });
    const before = await topology.log.head();
    const underWay = leaving.call('POST', '/v1/events', click('last words'));
    while (
      !(await leaving.metrics.registry.metrics()).includes('rekappa_requests_in_flight{app="gateway"} 1')
    )
      await new Promise(setImmediate);
    const stopped = leaving.stop();
    const late = await leaving.call('POST', '/v1/events', click('too late'));
    expect(late).toMatchObject({ status: 503, body: { error: { code: 'REK_NOT_READY' } } });
    expect(await underWay).toMatchObject({ status: 202, body: { accepted: 1 } });
    await stopped;
    expect(await logged(before)).toMatchObject([{ eventId: 'last words' }]);
  });
});

describe('a namespace', () => {
  it('has subjects and streams of its own', async () => {
    const acme = await startGateway({ natsUrl: servers.natsUrl, namespace: 'acme' });
    const before = await topology.log.head();
    expect(await ask('acme.ingest.interaction')).toMatchObject({ accepted: 1, seq: 1 });
    expect(await topology.log.head()).toBe(before);
    await acme.stop();
  });
  const ask = async (subject: string) =>
    (await connection.request(subject, JSON.stringify(click('acme')), { timeout: 3_000 })).json();
});
