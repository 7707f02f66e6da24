/**
 * Promise 17: who is erased is gone. A text stands in every field of one person; after DELETE /v1/users/:id it is found nowhere: not in
 * JetStream's files, not in a row of Postgres, a key of Redis, a log line, a dead letter, or what a replay prints. A replay still
 * arrives at what the hosts hold. With sealing off the same look finds the text: it can see.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { SeededRandom } from '#kernel';
import { loadSettings } from '#config';
import { connectNats, DeadLetters, openTopology } from '#log';
import { startSystem, testSeed, until, type AppProcess, type RunningSystem } from '#testkit';
import { CommandLine } from './command-line.js';
import { Person } from './erasure/person.js';
import { tracesOf } from './erasure/traces.js';

const PARTITIONS = 4;
const ADMIN = 'the-key-of-the-tests';
const OTHERS = 12;
const ENVIRONMENT = {
  REKAPPA_LOG_PARTITIONS: String(PARTITIONS),
  REKAPPA_ACTORS_LEASE_MS: '2000',
  REKAPPA_ACTORS_CHECKPOINT_MS: '500',
  REKAPPA_ACTORS_TICK_MS: '100',
  REKAPPA_INTEREST_ATTRIBUTION_SECONDS: '1',
  REKAPPA_MODEL_BITS: '12',
  REKAPPA_PRIVACY_MASTER_KEY: randomBytes(32).toString('base64'),
  REKAPPA_HTTP_API_KEYS: JSON.stringify([
    {
      name: 'tests',
      sha256: createHash('sha256').update(ADMIN).digest('hex'),
      scopes: ['read', 'write', 'admin'],
    },
  ]),
};

const random = new SeededRandom(testSeed('erasure'));
const items = Array.from({ length: 30 }, (_, i) => `item-${i}`);
const person = new Person(
  `Mx${Array.from({ length: 20 }, () => random.pick([...'abcdefghkmnpqrstuvwxyz'])).join('')}`,
  random,
);
let system: RunningSystem;
/** The one that owns all partitions now. */
let host: AppProcess;
const cli = new CommandLine(() => system);

async function call(method: string, path: string, body?: unknown) {
  const response = await fetch(system.gateway.url + path, {
    method,
    headers: {
      authorization: `Bearer ${ADMIN}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return {
    status: response.status,
    body: JSON.parse(await response.text()) as ReturnType<typeof JSON.parse>,
  };
}
const post = async (events: object[]): Promise<number> => {
  const { status, body } = await call('POST', '/v1/events', events);
  expect([status, body.rejected]).toEqual([202, []]);
  return body.seq as number;
};
const sql = async <T>(statement: string, parameters: unknown[] = []): Promise<T[]> => {
  const source = await new DataSource({ type: 'postgres', url: system.servers.databaseUrl }).initialize();
  return source.query<T[]>(statement, parameters).finally(() => source.destroy());
};
const click = (userId: string, n: number) => ({
  kind: 'interaction',
  type: 'click',
  userId,
  itemId: items[n % items.length],
  eventId: `${userId}-${n}`,
});
const others = Array.from({ length: OTHERS }, (_, i) => `other-${i}`);
const traces = () => tracesOf(person.mark, system.servers);
const stateOf = (user: string) => call('GET', `/v1/users/${encodeURIComponent(user)}/state`);

/** A system in which the person has left all the traces there are. */
async function lived(sealUsers: 'on' | 'off'): Promise<void> {
  system = await startSystem({
    redis: true,
    environment: { ...ENVIRONMENT, REKAPPA_PRIVACY_SEAL_USERS: sealUsers },
  });
  host = system.hosts[0]!;
  await call(
    'POST',
    '/v1/items',
    items.map((id, i) => ({ id, title: id, categories: [`c${i % 3}`] })),
  );
  await post(others.flatMap((user) => [0, 1, 2].map((n) => click(user, n))));
  const seq = await post(person.events(items));
  const user = encodeURIComponent(person.id);
  await until(
    'a list is served',
    async () => (await call('GET', `/v1/recommendations?user=${user}&after=${seq}`)).body.items?.length > 0,
    20_000,
  );
  const { body } = await call('POST', '/v1/recommendations', {
    user: person.id,
    scenario: person.mark,
    context: { page: person.mark },
  });
  await post([
    {
      kind: 'impression',
      userId: person.id,
      eventId: `seen-${person.mark}`,
      recommendationId: body.recommendationId,
      items: [{ itemId: body.items[0].itemId }],
    },
    { ...click(person.id, 1), itemId: body.items[0].itemId, recommendationId: body.recommendationId },
  ]);
  await until(
    'the visitor is absorbed',
    async () => (await stateOf(person.id)).body.counters?.interactions >= 5,
    10_000,
  );
  await deadLetter();
  const rows = () =>
    sql<{ n: string }>(`SELECT count(*) AS n FROM rekappa_actor WHERE user_id = $1`, [person.id]);
  await until('the state is checkpointed', async () => Number((await rows())[0]!.n) === 1, 10_000);
}

/** What a reader could not use, and kept as it came. */
async function deadLetter(): Promise<void> {
  const settings = loadSettings(system.environment);
  const connection = await connectNats(settings);
  const topology = await openTopology(connection, settings);
  await new DeadLetters(topology).put({
    where: 'actors',
    reason: { code: 'REK_INVALID_EVENT', message: 'for the test' },
    source: { stream: 'REKAPPA_LOG', sequence: 1, index: 0 },
    raw: { ...click(person.id, 1), itemId: 7, note: person.mark },
  });
  await connection.close();
}

/** The hosts fold all of the log again, as after the loss of every checkpoint. */
async function foldedAnew(): Promise<void> {
  await withoutCheckpoints();
  host = await system.start('actors');
}

async function withoutCheckpoints(): Promise<void> {
  await host.child.kill9();
  await sql(`DELETE FROM rekappa_actor`);
  await sql(`DELETE FROM rekappa_partition`);
}

/** Once all is folded and stored. @returns how many records FEEDBACK has beside those that LOG can still derive */
async function verified(): Promise<number> {
  let checks: { what: string; ok: boolean; detail: string }[] = [];
  const verify = async (): Promise<boolean> => {
    const { out } = await cli.run('replay', '--from-log', '--verify', '--json');
    const result = (out === '' ? { ok: false, checks } : JSON.parse(out)) as {
      ok: boolean;
      checks: typeof checks;
    };
    checks = result.checks;
    return result.ok;
  };
  await until('the rebuild equals what hosts and learner hold', verify, 20_000, 300).catch(() => undefined);
  expect([checks.length > PARTITIONS, checks.filter(({ ok }) => !ok)]).toEqual([true, []]);
  const erased = checks.map(({ detail }) => Number(/(\d+) more of erased users/.exec(detail)?.[1] ?? 0));
  return erased.reduce((a, b) => a + b, 0);
}

describe('a person who is erased', () => {
  let key: { key_id: string; reference: string; wrapped: string; name: string }[];
  beforeAll(() => lived('on'), 120_000);
  afterAll(() => system?.stop(), 30_000);

  it('stood in Postgres, Redis and the dead stream before, and nowhere in the log', async () => {
    const { found, logBytes } = await traces();
    // Until a window closes, a partition's deadline book names its user.
    const places = Object.keys(found).filter((place) => place !== 'rekappa_partition');
    expect(places.sort()).toEqual(['REKAPPA_DEAD', 'redis', 'rekappa_actor']);
    expect(logBytes).toBeGreaterThan(10_000);
    expect(await sql(`SELECT FROM rekappa_user_key WHERE status = 'active'`)).toHaveLength(OTHERS + 2);
    key = await sql(`SELECT key_id, reference, wrapped, name FROM rekappa_user_key WHERE status = 'active'`);
    expect(await verified()).toBe(0);
  }, 60_000);

  it('is found nowhere afterwards, not even in what a replay prints', async () => {
    const { status, body } = await call('DELETE', `/v1/users/${encodeURIComponent(person.id)}`);
    expect([status, body]).toEqual([200, { users: 2, seq: expect.any(Number), done: true, sealed: true }]);
    const after = await traces();
    expect(after.found).toEqual({});
    expect([after.rows > 10, after.logBytes > 10_000]).toEqual([true, true]);
    for (const args of [['dead', 'list'], ['audit'], ['replay', '--from-log'], ['keys']]) {
      const { code, out, err } = await cli.run(...args, '--json');
      expect([args, code, (out + err).includes(person.mark)]).toEqual([args, 0, false]);
    }
    expect((await stateOf(person.id)).status).toBe(404);
    expect((await stateOf(person.visitor)).status).toBe(404);
  }, 60_000);

  it('leaves a log that folds to what the hosts hold, live, after a kill, and from its very beginning', async () => {
    expect(await verified()).toBeGreaterThan(5);
    await host.child.kill9();
    host = await system.start('actors');
    expect(await verified()).toBeGreaterThan(5);
    await foldedAnew();
    expect(await verified()).toBeGreaterThan(5);
    expect((await stateOf(others[0]!)).body.counters.interactions).toBe(3);
    expect((await stateOf(person.id)).status).toBe(404);
  }, 120_000);

  it('is a new user when they come back, and can go again; repeating it changes nothing', async () => {
    expect((await call('DELETE', `/v1/users/${encodeURIComponent(person.id)}`)).body).toMatchObject({
      users: 0,
      done: true,
    });
    const seq = await post([click(person.id, 9)]);
    const state = await call('GET', `/v1/users/${encodeURIComponent(person.id)}/state?after=${seq}`);
    expect(state.body.counters.interactions).toBe(1);
    expect((await call('DELETE', `/v1/users/${encodeURIComponent(person.id)}`)).body).toMatchObject({
      users: 1,
      done: true,
    });
    expect((await traces()).found).toEqual({});
    await verified();
  }, 60_000);

  it('is erased again where an older Postgres brings the key back', async () => {
    for (const { key_id, reference, wrapped, name } of key)
      await sql(
        `UPDATE rekappa_user_key SET status = 'active', reference = $2, wrapped = $3, name = $4 WHERE key_id = $1 AND status = 'erased'`,
        [key_id, reference, wrapped, name],
      );
    const active = `SELECT FROM rekappa_user_key WHERE status = 'active'`;
    expect(await sql(active)).toHaveLength(OTHERS + 2);
    await foldedAnew();
    await until('the keys are destroyed again', async () => (await sql(active)).length === OTHERS, 30_000);
    expect((await traces()).found).toEqual({});
    await verified();
  }, 90_000);

  async function hostLogs(): Promise<string> {
    const { folder } = system.servers;
    const names = (await readdir(folder)).filter((name) => /^actors-\d+\.log$/.test(name));
    return (await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))).join('');
  }

  it('is not who merely lost a key: that is named, stops the partition, and can be given up', async () => {
    await sql(
      `DELETE FROM rekappa_user_key WHERE key_id = (SELECT key_id FROM rekappa_user_key WHERE status = 'active' LIMIT 1)`,
    );
    expect((await cli.run('keys')).code).toBe(1);
    await withoutCheckpoints();
    const starting = system.start('actors');
    await until(
      'the loss is named',
      async () => (await cli.run('replay', '--from-log')).err.includes('rekappa keys'),
      20_000,
    );
    // The host is not ready, so its lines are only in its log yet.
    await until('the host names it, too', async () => (await hostLogs()).includes('REK_KEY_LOST'), 60_000);
    expect((await cli.run('keys', '--give-up-lost')).code).toBe(0);
    host = await starting;
    await verified();
  }, 120_000);
});

describe('the same person without sealing: the mutant', () => {
  beforeAll(() => lived('off'), 120_000);
  afterAll(() => system?.stop(), 30_000);

  it('loses their state, and is found in the log, as the answer says', async () => {
    const { status, body } = await call('DELETE', `/v1/users/${encodeURIComponent(person.id)}`);
    expect([status, body]).toMatchObject([200, { done: true, sealed: false }]);
    const { found } = await traces();
    expect(found['REKAPPA_LOG']).toBeGreaterThan(10);
    expect((await stateOf(person.id)).status).toBe(404);
    await verified();
  }, 60_000);
});
