/** The cache inside the process: least recently used out first, bounded in bytes, not in entries. */
import { LRUCache } from 'lru-cache';
import { VALUE_BYTES_MAX, type Cache, type CacheObserver } from './cache.js';

export interface MemoryCacheOptions {
  /** Bound of all keys and values, bytes. */
  bytesMax: number;
  observe?: CacheObserver;
}

/** What an entry costs beside its key and value, bytes; an estimate. */
const ENTRY_BYTES = 128;

export class MemoryCache implements Cache {
  private readonly entries: LRUCache<string, Uint8Array>;
  private readonly observe: CacheObserver;

  constructor(options: MemoryCacheOptions) {
    this.observe = options.observe ?? (() => undefined);
    this.entries = new LRUCache({
      maxSize: options.bytesMax,
      sizeCalculation: (value, key) => value.byteLength + key.length * 2 + ENTRY_BYTES,
    });
  }

  /** Bytes held, by the estimate that the bound uses. */
  get bytes(): number {
    return this.entries.calculatedSize;
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const value = this.entries.get(key);
    this.observe('memory', value ? 'hit' : 'miss');
    return value;
  }

  async set(key: string, value: Uint8Array, ttlSeconds: number): Promise<void> {
    if (value.byteLength > VALUE_BYTES_MAX) return;
    this.entries.set(key, value, { ttl: ttlSeconds * 1000 });
    this.observe('memory', 'stored');
  }

  async delete(key: string): Promise<void> {
    this.entries.delete(key);
    this.observe('memory', 'removed');
  }

  async deletePrefix(prefix: string): Promise<boolean> {
    for (const key of [...this.entries.keys()]) if (key.startsWith(prefix)) this.entries.delete(key);
    this.observe('memory', 'removed');
    return true;
  }

  async close(): Promise<void> {
    this.entries.clear();
  }
}
