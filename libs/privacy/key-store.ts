/** Where users' keys are kept: outside the log, so that they can be destroyed. */

/**
 * `former`: a second key of its user, which seals nothing more (rewrap-keys.ts). `erasing`: the user was erased, and the key lives until the
 * checkpoint behind that. `lost`: declared so by a person.
 */
export type KeyStatus = 'active' | 'former' | 'erasing' | 'erased' | 'lost';

export interface StoredKey {
  readonly keyId: string;
  /** MasterKey.referenceOf the user. */
  readonly reference: string;
  /** The key, wrapped by the master key. */
  readonly wrapped: string;
  /** The user's id, encrypted with the key itself. */
  readonly name: string;
}

/** A key under another master key. */
export type RewrappedKey = Pick<StoredKey, 'keyId' | 'reference' | 'wrapped'>;

export interface KeyStore {
  /** The keys under which those users' events are sealed now. */
  active(references: readonly string[]): Promise<StoredKey[]>;
  /** Stores keys of users who have none; another process may have been first: ask `active` again. Durable when it resolves. */
  create(keys: readonly StoredKey[]): Promise<void>;
  /** The status of each key that was ever stored, and what is left of it. */
  read(
    keyIds: readonly string[],
  ): Promise<Map<string, { readonly status: KeyStatus; readonly wrapped: string | null }>>;
  /** Notes that one user was merged into another: whoever erases the second erases the first. */
  link(fromKeyId: string, intoKeyId: string): Promise<void>;
  /**
   * Seals nothing more under the user's keys, nor under those of visitors merged into them. @returns all of these, visitors first
   * @param references of the user, under each master key
   */
  beginErasure(references: readonly string[]): Promise<StoredKey[]>;
  /** Declares keys lost that the store does not know: they are treated as those of erased users from now on. */
  declareLost(keyIds: readonly string[]): Promise<void>;
  /**
   * Notes what the first caller finds: `check` under its master key, and up to which LOG sequence events may stand in the clear.
   * @param clearThrough written when there is nothing yet; Infinity, whatever there is: nothing is sealed any more
   */
  begin(check: string, clearThrough: number): Promise<void>;
  /** The keys that are left, in order of their names. @param after the name of the last one seen */
  page(after: string, count: number): Promise<StoredKey[]>;
  /** Replaces what wraps the keys and what stands for their users; of two active keys of one user the replaced one becomes `former`. @returns how many did */
  rewrap(keys: readonly RewrappedKey[]): Promise<number>;
  /** Replaces the check. */
  rewrapCheck(check: string): Promise<void>;
  /** Undefined before anything was sealed. */
  beginning(): Promise<{ readonly check: string; readonly clearThrough: number } | undefined>;
}
