/**
 * The cache that gateways share. Redis may be slow, away, or come back at any time, and serving must not
 * notice: operations have a short timeout and never queue while disconnected; a failure opens a circuit,
 * and until a probe succeeds every operation goes straight to the in-process cache. Writes go to both, so
 * that a gateway still knows its own users when Redis goes.
 */
import { Redis } from 'ioredis';
import { OPERATION_TIMEOUT_MS, VALUE_BYTES_MAX, type Cache, type CacheObserver } from './cache.js';

export interface RedisCacheOptions {
  url: string;
  /** Put before every key: the namespace. */
  prefix: string;
  /** In the process: has a copy of what this gateway wrote, and answers while Redis is away. Closed with this one. */
  standIn: Cache;
  /** How long an operation waits for Redis, ms. Default OPERATION_TIMEOUT_MS. */
  timeoutMs?: number;
  observe?: CacheObserver;
  /** Called when the circuit opens (Redis is away) and when it closes again. */
  onCircuit?: (open: boolean, reason?: string) => void;
}

const CONNECT_TIMEOUT_MS = 2_000;
const RECONNECT_CAP_MS = 2_000;
/** While the circuit is open, one operation in this long tries Redis again, ms. */
const PROBE_EVERY_MS = 500;
/** Keys that Redis looks at in one step of a walk. */
const SCAN_KEYS = 1_000;

export class RedisCache implements Cache {
  private readonly redis: Redis;
  private readonly observe: CacheObserver;
  private circuitOpen = false;
  private probeAt = 0;

  constructor(private readonly options: RedisCacheOptions) {
    this.observe = options.observe ?? (() => undefined);
    this.redis = new Redis(options.url, {
      keyPrefix: options.prefix,
      connectTimeout: CONNECT_TIMEOUT_MS,
      commandTimeout: options.timeoutMs ?? OPERATION_TIMEOUT_MS,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      retryStrategy: (attempt) =>
        Math.min(RECONNECT_CAP_MS, 50 * 2 ** Math.min(attempt, 6)) * (0.5 + Math.random() / 2),
    });
    this.redis.on('error', (error: Error) => this.opened(error));
    this.redis.on('close', () => this.opened(new Error('the connection to Redis closed')));
    this.redis.on('ready', () => this.closed());
  }

  /** True while Redis is away and the in-process cache stands in. */
  get away(): boolean {
    return this.circuitOpen;
  }

  get connected(): boolean {
    return this.redis.status === 'ready';
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const found = await this.attempt(() => this.redis.getBuffer(key));
    if (found === AWAY) return this.options.standIn.get(key);
    this.observe('redis', found ? 'hit' : 'miss');
    return found ?? undefined;
  }

  async set(key: string, value: Uint8Array, ttlSeconds: number): Promise<void> {
    if (value.byteLength > VALUE_BYTES_MAX) return;
    await this.options.standIn.set(key, value, ttlSeconds);
    const stored = await this.attempt(() =>
      this.redis.set(
        key,
        Buffer.from(value.buffer, value.byteOffset, value.byteLength),
        'PX',
        Math.ceil(ttlSeconds * 1000),
      ),
    );
    if (stored !== AWAY) this.observe('redis', 'stored');
  }

  async delete(key: string): Promise<void> {
    await this.options.standIn.delete(key);
    const removed = await this.attempt(() => this.redis.del(key));
    if (removed !== AWAY) this.observe('redis', 'removed');
  }

  /** Walks all keys: it is for what happens seldom. */
  async deletePrefix(prefix: string): Promise<boolean> {
    await this.options.standIn.deletePrefix(prefix);
    const own = this.options.prefix;
    let cursor = '0';
    do {
      const page = await this.attempt(() =>
        this.redis.scan(cursor, 'MATCH', `${own}${prefix}*`, 'COUNT', SCAN_KEYS),
      );
      if (page === AWAY) return false;
      const keys = page[1].map((key) => key.slice(own.length));
      if (keys.length > 0 && (await this.attempt(() => this.redis.del(keys))) === AWAY) return false;
      cursor = page[0];
    } while (cursor !== '0');
    this.observe('redis', 'removed');
    return true;
  }

  async close(): Promise<void> {
    this.redis.removeAllListeners();
    this.redis.on('error', () => undefined);
    this.redis.disconnect();
    await this.options.standIn.close();
  }

  private async attempt<T>(operation: () => Promise<T>): Promise<T | typeof AWAY> {
    if (!this.mayTry()) return AWAY;
    try {
      const result = await operation();
      this.closed();
      return result;
    } catch (error) {
      this.observe('redis', 'error');
      this.opened(error as Error);
      return AWAY;
    }
  }

  /** Disconnected: no (ioredis reconnects by itself). Connected but failing: now and then. */
  private mayTry(): boolean {
    if (this.redis.status !== 'ready') return false;
    if (!this.circuitOpen) return true;
    const now = performance.now();
    if (now < this.probeAt) return false;
    this.probeAt = now + PROBE_EVERY_MS;
    return true;
  }

  private opened(error: Error): void {
    this.probeAt = performance.now() + PROBE_EVERY_MS;
    if (this.circuitOpen) return;
    this.circuitOpen = true;
    this.options.onCircuit?.(true, error.message);
  }

  private closed(): void {
    if (!this.circuitOpen) return;
    this.circuitOpen = false;
    this.options.onCircuit?.(false);
  }
}

const AWAY = Symbol('away');
