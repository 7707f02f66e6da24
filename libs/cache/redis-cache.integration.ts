import { startServers, until, type TestServers } from '#testkit';
import { cacheContract } from './cache.contract.js';
import { OPERATION_TIMEOUT_MS } from './cache.js';
import { MemoryCache } from './memory-cache.js';
import { RedisCache } from './redis-cache.js';

let servers: TestServers;
const circuit: boolean[] = [];
/** Where it is not about time: a machine that stands still for a moment is no Redis that is away. */
const PATIENT_MS = 5_000;

async function open(timeoutMs?: number): Promise<RedisCache> {
  const cache = new RedisCache({
    url: servers.redisUrl,
    prefix: 'test:',
    standIn: new MemoryCache({ bytesMax: 1_000_000 }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    onCircuit: (isOpen) => void circuit.push(isOpen),
  });
  await until('Redis is connected', () => !cache.away && cache.connected);
  return cache;
}

describe('with a real Redis', () => {
  beforeAll(async () => {
    servers = await startServers({ redis: true });
    if (servers.redisUrl === '') throw new Error('these tests need redis-server');
  });
  afterAll(() => servers.stop());

  cacheContract('RedisCache', () => open(PATIENT_MS));

  it('two gateways share it, namespaces do not', async () => {
    const [one, two] = [await open(PATIENT_MS), await open(PATIENT_MS)];
    const other = new RedisCache({
      url: servers.redisUrl,
      prefix: 'acme:',
      standIn: new MemoryCache({ bytesMax: 1_000_000 }),
      timeoutMs: PATIENT_MS,
    });
    await until('connected', () => other.connected);
    await one.set('shared', Buffer.from('x'), 60);
    expect(Buffer.from((await two.get('shared'))!).toString()).toBe('x');
    expect(await other.get('shared')).toBeUndefined();
    await Promise.all([one.close(), two.close(), other.close()]);
  });

  it('stands in from memory while Redis is away, quickly, says so, and uses Redis again when it is back', async () => {
    const cache = await open();
    circuit.length = 0;
    await cache.set('user', Buffer.from('before'), 60);
    await servers.redis!.kill9();
    const startedAt = performance.now();
    expect(Buffer.from((await cache.get('user'))!).toString()).toBe('before');
    expect(performance.now() - startedAt).toBeLessThan(OPERATION_TIMEOUT_MS * 2);
    await until('the circuit is open', () => cache.away);
    await cache.set('user', Buffer.from('meanwhile'), 60);
    expect(Buffer.from((await cache.get('user'))!).toString()).toBe('meanwhile');

    await servers.redis!.restart();
    await until('the circuit is closed', () => !cache.away, 10_000);
    expect(circuit).toEqual([true, false]);
    await cache.set('user', Buffer.from('after'), 60);
    const second = await open(PATIENT_MS);
    expect(Buffer.from((await second.get('user'))!).toString()).toBe('after');
    await Promise.all([cache.close(), second.close()]);
  });

  it('does not wait for a Redis that hangs', async () => {
    const cache = await open();
    process.kill(servers.redis!.pid, 'SIGSTOP');
    try {
      await cache.set('slow', Buffer.from('x'), 60);
      const startedAt = performance.now();
      for (let i = 0; i < 50; i++) expect(Buffer.from((await cache.get('slow'))!).toString()).toBe('x');
      expect(performance.now() - startedAt).toBeLessThan(OPERATION_TIMEOUT_MS * 2);
    } finally {
      process.kill(servers.redis!.pid, 'SIGCONT');
    }
    await cache.close();
  });
});
