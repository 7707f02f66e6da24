/**
 * Users' keys in a process: made on first use, kept in memory for a while, bounded. Whoever seals finds a key by user, whoever opens
 * by the key's name.
 *
 * A key that the store does not know is no erased one: erased keys leave their names behind. It is lost, with a Postgres that
 * was restored from an older backup or emptied, and `toOpen` says so instead of passing over what that user did.
 */
import { LRUCache } from 'lru-cache';
import { AppError } from '#kernel';
import type { Merge, Sealed, UserEvent } from '#events';
import { DataKey } from './data-key.js';
import type { KeyStore, StoredKey } from './key-store.js';
import type { MasterKey } from './master-key.js';
import type { MasterKeys } from './master-keys.js';

/** Keys by name; undefined: its user was erased. */
export type Keyring = ReadonlyMap<string, DataKey | undefined>;

export interface KeySource {
  /** @throws AppError REK_KEY_LOST, REK_STORE_UNAVAILABLE */
  toOpen(keyIds: Iterable<string>): Promise<Keyring>;
}

export interface UserKeysOptions {
  /** Keys kept in memory, each way. */
  readonly cachedMax: number;
  /** How long, s. */
  readonly cacheSeconds: number;
}

/** Opens every store: a fixed text, wrapped. */
const CHECK_ID = 'check';

export function checkOf(master: MasterKey): string {
  return master.wrap(new DataKey(CHECK_ID, Buffer.from('a store of users’ keys', 'utf8')));
}

/** A key that seals, and all that stands for its user. */
interface Sealing {
  readonly key: DataKey;
  readonly references: readonly string[];
}

export class UserKeys implements KeySource {
  /** By each of the user's references: an erasure may be told under any. */
  private readonly bySealed: LRUCache<string, Sealing>;
  private readonly byName: LRUCache<string, DataKey | typeof ERASED>;
  private readonly sweeper: NodeJS.Timeout;

  private constructor(
    private readonly store: KeyStore,
    private readonly master: MasterKeys,
    options: UserKeysOptions,
  ) {
    const bounds = { max: options.cachedMax, ttl: options.cacheSeconds * 1000 };
    this.bySealed = new LRUCache(bounds);
    this.byName = new LRUCache(bounds);
    this.sweeper = setInterval(() => {
      this.bySealed.purgeStale();
      this.byName.purgeStale();
    }, bounds.ttl).unref();
  }

  /**
   * @param clearThrough LOG sequence up to which events stand in the clear, should these be the first keys; undefined for who only reads
   * @throws AppError REK_KEY_LOST when the store's keys are wrapped by another master key; REK_STORE_UNAVAILABLE
   */
  static async open(
    store: KeyStore,
    master: MasterKeys,
    options: UserKeysOptions,
    clearThrough: number | undefined,
  ): Promise<UserKeys> {
    if (clearThrough !== undefined) await store.begin(checkOf(master.first), clearThrough);
    const beginning = await store.beginning();
    if (beginning) master.unwrap(CHECK_ID, beginning.check);
    return new UserKeys(store, master, options);
  }

  /** Whether LOG holds nothing of users in the clear. Asked anew: another process may have begun to write so. @throws AppError REK_STORE_UNAVAILABLE */
  async allSealed(): Promise<boolean> {
    return (await this.store.beginning())?.clearThrough === 0;
  }

  /** What stands for a user where the id must not. */
  referenceOf(userId: string): string {
    return this.master.first.referenceOf(userId);
  }

  /** Each event sealed with its user's key, in the order given. @throws AppError REK_STORE_UNAVAILABLE */
  async seal(events: readonly UserEvent[]): Promise<Sealed[]> {
    const merges = events.filter((event): event is Merge => event.kind === 'merge');
    const keys = await this.toSeal([
      ...events.map(({ userId }) => userId),
      ...merges.map(({ intoUserId }) => intoUserId),
    ]);
    for (const { userId, intoUserId } of merges)
      if (userId !== intoUserId) await this.store.link(keys.get(userId)!.id, keys.get(intoUserId)!.id);
    return events.map((event) => keys.get(event.userId)!.seal(event));
  }

  async toOpen(keyIds: Iterable<string>): Promise<Keyring> {
    const ring = new Map<string, DataKey | undefined>();
    const missing: string[] = [];
    for (const id of new Set(keyIds)) {
      const cached = this.byName.get(id);
      if (cached === undefined) missing.push(id);
      else ring.set(id, cached === ERASED ? undefined : cached);
    }
    if (missing.length === 0) return ring;
    const stored = await this.store.read(missing);
    for (const id of missing) {
      const row = stored.get(id);
      if (!row) throw lost(id);
      const key = row.wrapped === null ? undefined : this.master.unwrap(id, row.wrapped);
      if (this.byName.get(id) !== ERASED) this.byName.set(id, key ?? ERASED);
      ring.set(id, key);
    }
    return ring;
  }

  /**
   * Seals nothing more with the keys of the user and of visitors merged into them. @returns each with its user, the
   * visitors first
   */
  async beginErasure(userId: string): Promise<{ key: DataKey; userId: string }[]> {
    const references = this.master.referencesOf(userId);
    this.drop(references[0]!);
    const stored = await this.store.beginErasure(references);
    return stored.map((row) => {
      this.drop(row.reference);
      const key = this.unwrapped(row);
      return { key, userId: this.master.first.userOf(key, row.name) };
    });
  }

  /** Another process erases this user: the key at hand seals nothing more. */
  drop(reference: string): void {
    for (const each of this.bySealed.get(reference)?.references ?? []) this.bySealed.delete(each);
  }

  /** The store has destroyed these keys. */
  destroyed(keyIds: Iterable<string>): void {
    for (const id of keyIds) this.byName.set(id, ERASED);
  }

  close(): void {
    clearInterval(this.sweeper);
    this.bySealed.clear();
    this.byName.clear();
  }

  private async toSeal(userIds: readonly string[]): Promise<Map<string, DataKey>> {
    const keys = new Map<string, DataKey>();
    const missing = new Map<string, readonly string[]>();
    for (const userId of new Set(userIds)) {
      const cached = this.bySealed.get(this.referenceOf(userId));
      if (cached) keys.set(userId, cached.key);
      else missing.set(userId, this.master.referencesOf(userId));
    }
    while (missing.size > 0) {
      const stored = new Map<string, StoredKey>();
      for (const row of await this.store.active([...missing.values()].flat())) stored.set(row.reference, row);
      for (const [userId, references] of [...missing]) {
        const reference = references.find((each) => stored.has(each));
        if (reference === undefined) continue;
        const key = this.unwrapped(stored.get(reference)!);
        for (const each of references) this.bySealed.set(each, { key, references });
        keys.set(userId, key);
        missing.delete(userId);
      }
      if (missing.size > 0) await this.store.create([...missing.keys()].map((userId) => this.made(userId)));
    }
    return keys;
  }

  private made(userId: string): StoredKey {
    const key = DataKey.random();
    const { first } = this.master;
    return {
      keyId: key.id,
      reference: first.referenceOf(userId),
      wrapped: first.wrap(key),
      name: first.name(key, userId),
    };
  }

  private unwrapped({ keyId, wrapped }: StoredKey): DataKey {
    return this.master.unwrap(keyId, wrapped);
  }
}

const ERASED = Symbol('erased');

function lost(keyId: string): AppError {
  return new AppError(
    'REK_KEY_LOST',
    `LOG holds events sealed with the key ${keyId}, which Postgres does not know although nobody was erased: ` +
      'restore a newer backup of Postgres, or give the keys up with `rekappa keys --give-up-lost`',
    { keyId },
  );
}
