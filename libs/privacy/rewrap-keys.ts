/**
 * Wraps all users' keys by the first of the master keys: the last step of a rotation before the old one goes. Each key is replaced by
 * itself, and every process opens it before and after, so it can run beside them, be interrupted, and run again.
 */
import type { KeyStore, RewrappedKey } from './key-store.js';
import type { MasterKeys } from './master-keys.js';
import { checkOf } from './user-keys.js';

/** Keys read and replaced together. */
const BATCH = 500;

export interface Rewrapping {
  /** Keys that were wrapped anew, and those that were so already. */
  rewrapped: number;
  current: number;
  /** Of the first: second keys of users who had got one under each master key. They open what they sealed, and seal nothing more. */
  former: number;
}

/**
 * @param progressed is told how many keys have been seen
 * @throws AppError REK_KEY_LOST where a key opens under none of the master keys; those before it are done. REK_STORE_UNAVAILABLE
 */
export async function rewrapKeys(
  store: KeyStore,
  master: MasterKeys,
  progressed: (keys: number) => void,
  signal?: AbortSignal,
): Promise<Rewrapping> {
  const done = { rewrapped: 0, current: 0, former: 0 };
  for (let after = ''; ;) {
    signal?.throwIfAborted();
    const rows = await store.page(after, BATCH);
    const last = rows.at(-1);
    if (!last) break;
    after = last.keyId;
    const anew: RewrappedKey[] = [];
    for (const { keyId, wrapped, name } of rows) {
      if (master.first.tryUnwrap(keyId, wrapped)) continue;
      const key = master.unwrap(keyId, wrapped);
      const reference = master.first.referenceOf(master.first.userOf(key, name));
      anew.push({ keyId, reference, wrapped: master.first.wrap(key) });
    }
    if (anew.length > 0) done.former += await store.rewrap(anew);
    done.rewrapped += anew.length;
    done.current += rows.length - anew.length;
    progressed(done.rewrapped + done.current);
  }
  await store.rewrapCheck(checkOf(master.first));
  return done;
}
