/** Users' keys as the settings of a deployment want them. */
import type { Settings } from '#config';
import { AppError } from '#kernel';
import type { EventLog } from '#log';
import type { KeyStore } from './key-store.js';
import { MasterKeys } from './master-keys.js';
import { UserKeys } from './user-keys.js';

/**
 * For who writes to LOG: notes up to where it stands in the clear.
 * @returns undefined without a master key: nothing is sealed, and nothing that is sealed can be read
 * @throws AppError REK_KEY_LOST when it is another master key than before; REK_CONFIG_INVALID, also without one where users are sealed already;
 *   REK_STORE_UNAVAILABLE
 */
export async function openUserKeys(
  settings: PrivacySettings,
  store: KeyStore,
  log: Pick<EventLog, 'count' | 'head'>,
): Promise<UserKeys | undefined> {
  if (settings.privacy.masterKey === '') {
    if ((await store.page('', 1)).length > 0)
      throw new AppError(
        'REK_CONFIG_INVALID',
        `users of namespace ${settings.namespace} are sealed, and there is no key to read them: set REKAPPA_PRIVACY_MASTER_KEY to the one they were sealed under`,
      );
    return undefined;
  }
  return opened(settings, store, await clearThrough(settings, log));
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
  log: Pick<EventLog, 'count' | 'head'>,
): Promise<number> {
  if (privacy.sealUsers === 'off') return Infinity;
  return (await log.count('log.user.*')) > 0 ? log.head() : 0;
}

function opened(
  { namespace, privacy }: PrivacySettings,
  store: KeyStore,
  clear: number | undefined,
): Promise<UserKeys> {
  const options = { cachedMax: privacy.keysCachedMax, cacheSeconds: privacy.keyCacheSeconds };
  return UserKeys.open(store, MasterKeys.parse(privacy.masterKey, namespace), options, clear);
}
