/** A gateway without the master key, where another process seals what users do: nothing of theirs goes into LOG in the clear. */
import { randomBytes } from 'node:crypto';
import { loadSettings } from '#config';
import { until } from '#kernel';
import { connectNats, openTopology, type LogTopology, type NatsConnection } from '#log';
import { isMarkedSealed, openUserKeys, sealEvents } from '#privacy';
import { startServers, type TestServers } from '#testkit';
import { MemoryKeyStore } from '../../../libs/privacy/memory-key-store.fixture.js';
import { startGateway, type RunningGateway } from '../testing/start-gateway.js';

const KEYED = loadSettings({
  REKAPPA_PRIVACY_SEAL_USERS: 'on',
  REKAPPA_PRIVACY_MASTER_KEY: randomBytes(32).toString('base64'),
});
const click = { kind: 'interaction', type: 'click', userId: 'ada', itemId: 'i' } as const;

let servers: TestServers;
let nats: NatsConnection;
let topology: LogTopology;
let gateway: RunningGateway | undefined;

beforeEach(async () => {
  servers = await startServers({ nats: true });
  nats = await connectNats({ natsUrl: servers.natsUrl });
  topology = await openTopology(nats, KEYED);
});
afterEach(async () => {
  await gateway?.stop();
  gateway = undefined;
  await nats.close();
  await servers.stop();
});

const start = () => startGateway({ natsUrl: servers.natsUrl });
const seals = async (store: MemoryKeyStore) => (await openUserKeys(KEYED, store, topology.log))!;

describe('a gateway without the master key', () => {
  it('does not start where users are sealed, and says what to do', async () => {
    (await seals(new MemoryKeyStore())).close();
    const started = start();
    started.then((one) => (gateway = one)).catch(() => undefined); // to be stopped, should it start after all
    await expect(started).rejects.toMatchObject({
      code: 'REK_CONFIG_INVALID',
      message: expect.stringContaining('set REKAPPA_PRIVACY_MASTER_KEY'),
    });
  }, 60_000);

  it('takes nothing more of users soon after another process has begun to seal them', async () => {
    const store = new MemoryKeyStore();
    gateway = await start();
    const { call, health } = gateway;
    const keys = await seals(store);
    await until(
      'a click is refused',
      async () => (await call('POST', '/v1/events', [click])).status !== 202,
      10_000,
    );
    const { status, headers, body } = await call('POST', '/v1/events', [click]);
    expect([status, headers.get('retry-after'), body.error]).toMatchObject([
      503,
      '2',
      { code: 'REK_NOT_READY', message: expect.stringContaining('set REKAPPA_PRIVACY_MASTER_KEY') },
    ]);
    expect((await call('DELETE', '/v1/users/ada')).status).toBe(503);
    expect((await call('POST', '/v1/items', [{ id: 'i' }])).status).toBe(202);
    expect(health.impaired()).toContain('sealing');
    keys.close();
  }, 60_000);

  it('has written in the clear up to where its end is noted, and no further, however much it is asked to', async () => {
    const store = new MemoryKeyStore();
    gateway = await start();
    const { call } = gateway;
    let asking = true;
    let newest = 0;
    let refused = 0;
    const asks = (async () => {
      while (asking) {
        const { status, body } = await call('POST', '/v1/events', [click]);
        if (status === 202) newest = body.seq as number;
        else refused++;
      }
    })();
    await until('some clicks are taken', () => newest > 5);
    const keys = await seals(store);
    await until('and some are refused', () => refused > 5);
    asking = false;
    await asks;
    expect((await store.beginning())!.clearThrough).toBeGreaterThanOrEqual(newest);
    expect(await keys.allSealed()).toBe(false);
    keys.close();
  }, 60_000);
});

it('A log that was sealed from its beginning is so for every process that starts, also before the first event', async () => {
  const store = new MemoryKeyStore();
  const both = await Promise.all([seals(store), seals(store)]);
  for (const keys of both) expect(await keys.allSealed()).toBe(true);
  const { events, partitions } = await sealEvents(
    both[0]!,
    [{ ...click, eventId: 'e', timestamp: 1, version: 1 }],
    topology.partitions,
  );
  await topology.log.append(topology.subjects.user(partitions[0]!), Buffer.from(JSON.stringify(events)));
  expect(await (await seals(store)).allSealed()).toBe(true);
  for (const keys of both) keys.close();
});

it('A master key alone seals nothing: who has it and writes in the clear leaves no mark, however often it starts', async () => {
  const store = new MemoryKeyStore();
  const clear = loadSettings({ REKAPPA_PRIVACY_MASTER_KEY: KEYED.privacy.masterKey });
  for (let times = 0; times < 2; times++) (await openUserKeys(clear, store, topology.log))!.close();
  expect(await isMarkedSealed(topology.log)).toBe(false);
  gateway = await start();
  expect((await gateway.call('POST', '/v1/events', [click])).status).toBe(202);
});
