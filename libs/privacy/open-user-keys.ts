/** Users' keys as the settings of a deployment want them. */
import type { Settings } from '#config';
import { sleep } from '#kernel';
import type { EventLog } from '#log';
import type { KeyStore } from './key-store.js';
import { MasterKeys } from './master-keys.js';
import { isMarkedSealed, markSealed, SEALED_SUBJECT, sealedWithoutKey, userMessages } from './sealed-mark.js';
import { UserKeys } from './user-keys.js';

/** How often a process that writes in the clear looks whether users are sealed by now (`isMarkedSealed`), ms. */
export const SEALED_LOOK_MS = 1_000;
/** Who begins to seal a log that is in use waits until such processes have noticed and what they had under way is stored, ms. */
const NOTICED_MS = 5_000;

/**
 * For who writes to LOG: says there that users are sealed, and notes up to where it stands in the clear.
 * @returns undefined without a master key: nothing is sealed, and nothing that is sealed can be read
 * @throws AppError REK_KEY_LOST when it is another master key than before; REK_CONFIG_INVALID, also without one where users are sealed already;
 *   REK_STORE_UNAVAILABLE, REK_LOG_UNAVAILABLE
 */
export async function openUserKeys(
  settings: PrivacySettings,
  store: KeyStore,
  log: Pick<EventLog, 'append' | 'count' | 'head'>,
): Promise<UserKeys | undefined> {
  if (settings.privacy.masterKey === '') {
    await assertMayWriteClear(settings, log);
    if ((await store.page('', 1)).length > 0) throw sealedWithoutKey(settings.namespace);
    return undefined;
  }
  return opened(settings, store, await clearThrough(settings, store, log));
}

/** For who writes without a master key, and has no Postgres to ask. @throws AppError REK_CONFIG_INVALID, REK_LOG_UNAVAILABLE */
export async function assertMayWriteClear(
  { namespace }: Pick<Settings, 'namespace'>,
  log: Pick<EventLog, 'count'>,
): Promise<void> {
  if (await isMarkedSealed(log)) throw sealedWithoutKey(namespace);
}

/** For who only reads. @returns undefined and @throws as above */
export async function openUserKeysToRead(
  settings: PrivacySettings,
  store: KeyStore,
): Promise<UserKeys | undefined> {
  return settings.privacy.masterKey === '' ? undefined : opened(settings, store, undefined);
}

type PrivacySettings = Pick<Settings, 'namespace' | 'privacy'>;

async function clearThrough(
  { privacy }: PrivacySettings,
  store: KeyStore,
  log: Pick<EventLog, 'append' | 'count' | 'head'>,
): Promise<number> {
  if (privacy.sealUsers === 'off') {
    // Sealed by a version that left no mark, or before sealing was switched off. A key alone seals nothing.
    if ((await store.page('', 1)).length > 0) await markSealed(log);
    return Infinity;
  }
  const inUse = (await log.head()) > (await log.count(SEALED_SUBJECT));
  await markSealed(log);
  if (inUse && !(await store.beginning())) await sleep(NOTICED_MS);
  return (await userMessages(log)) === 0 ? 0 : log.head();
}

function opened(
  { namespace, privacy }: PrivacySettings,
  store: KeyStore,
  clear: number | undefined,
): Promise<UserKeys> {
  const options = { cachedMax: privacy.keysCachedMax, cacheSeconds: privacy.keyCacheSeconds };
  return UserKeys.open(store, MasterKeys.parse(privacy.masterKey, namespace), options, clear);
}
