/** Promises of the writer's lease, on a real NATS. */
import { jest } from '@jest/globals';
import { Kvm, type KV } from '@nats-io/kv';
import { connectNats, qualifiedName, type NatsConnection } from '#log';
import { startServers, until, type TestServers } from '#testkit';
import { NatsWriterLease } from './writer-lease.js';

const LEASE_MS = 3_000;
const NAMESPACE = 'default';
const SETTINGS = { namespace: NAMESPACE, log: { replicas: 1 }, actors: { leaseMs: LEASE_MS } };

let servers: TestServers;
let connections: NatsConnection[];
let bucket: KV;
let model = '';
let lease: NatsWriterLease;
let standby: NatsWriterLease;
let serial = 0;

beforeAll(async () => {
  servers = await startServers({ nats: true });
  connections = await Promise.all([1, 2].map(() => connectNats({ natsUrl: servers.natsUrl })));
});
afterAll(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
  await servers.stop();
});
beforeEach(async () => {
  model = `m${serial++}`;
  lease = await NatsWriterLease.open(connections[0]!, SETTINGS, model, 'a');
  standby = await NatsWriterLease.open(connections[1]!, SETTINGS, model, 'b');
  bucket = await new Kvm(connections[1]!).open(qualifiedName(NAMESPACE, 'REKAPPA_LEASES'));
  await lease.acquire(new AbortController().signal);
});
afterEach(() => jest.restoreAllMocks());

const entry = async () => (await bucket.get(`learner.${model}`))!;

/** The server does what it is asked for; what it answers is lost, so many times. */
function loseAnswers(times: number): void {
  const connection = connections[0]!;
  const request = connection.request.bind(connection);
  const asked = jest.spyOn(connection, 'request');
  for (let i = 0; i < times; i++)
    asked.mockImplementationOnce(async (...question) => {
      await request(...question);
      throw new Error('the answer was lost');
    });
}

describe('The lease of the writer', () => {
  it('is renewed on and on after a renewal whose answer was lost', async () => {
    loseAnswers(1);
    expect(await lease.renew()).toBe(true);
    for (let i = 0; i < 3; i++) {
      const { revision } = await entry();
      expect(await lease.renew()).toBe(true);
      expect((await entry()).revision).toBeGreaterThan(revision);
    }
  });

  it('is given up at once although the answer of its last renewal was lost', async () => {
    loseAnswers(3); // of whatever the renewal tries
    expect(await lease.renew()).toBe(true);
    await lease.release();
    expect((await entry()).operation).toBe('DEL');
    expect(await standby.acquire(new AbortController().signal)).toBe(true);
  });

  it('is lost to another writer, and then neither renewed nor released', async () => {
    await until('it has expired', async () => (await bucket.get(`learner.${model}`)) === null);
    expect(await standby.acquire(new AbortController().signal)).toBe(true);
    expect(await lease.renew()).toBe(false);
    await lease.release();
    expect((await entry()).string()).toBe('b');
    expect(await standby.renew()).toBe(true);
  });
});
