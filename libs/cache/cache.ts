/**
 * Small values for a while: the last good list of a user, for answers when its host is away. A cache is never
 * the truth (invariant I5): any value may be gone at any time, and a caller must do without it. No
 * operation throws, and none keeps a request waiting for longer than OPERATION_TIMEOUT_MS.
 */
export interface Cache {
  /** The value stored last, or undefined when there is none, it has expired, or the cache is away. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** Resolves when stored, or given up: a value over VALUE_BYTES_MAX is not stored. `ttlSeconds` > 0. */
  set(key: string, value: Uint8Array, ttlSeconds: number): Promise<void>;
  delete(key: string): Promise<void>;
  /** Deletes every value whose key starts so: letters, digits and `-_:` only. @returns false when the cache was away */
  deletePrefix(prefix: string): Promise<boolean>;
  close(): Promise<void>;
}

export const VALUE_BYTES_MAX = 256 * 1024;
/** Longest wait for a cache elsewhere, ms. */
export const OPERATION_TIMEOUT_MS = 100;

export type CacheResult = 'hit' | 'miss' | 'stored' | 'removed' | 'error';

/** Told about every operation: for metrics. */
export type CacheObserver = (backend: 'redis' | 'memory', result: CacheResult) => void;
