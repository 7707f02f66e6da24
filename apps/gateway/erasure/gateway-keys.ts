/** Users' keys at a gateway, with the connection to Postgres that only they need: without a master key there is none. */
import type { Settings } from '#config';
import type { LogTopology } from '#log';
import { assertMayWriteClear, openUserKeys, type UserKeys } from '#privacy';
import { migrate, openStore } from '#store';

export interface GatewayKeys extends UserKeys {
  disconnect(): Promise<void>;
}

/** @throws AppError REK_KEY_LOST, REK_CONFIG_INVALID, REK_STORE_UNAVAILABLE after bounded retries */
export async function openGatewayKeys(
  settings: Settings,
  { log }: LogTopology,
): Promise<GatewayKeys | undefined> {
  if (settings.privacy.masterKey === '') {
    await assertMayWriteClear(settings, log);
    return undefined;
  }
  await migrate(settings.databaseUrl);
  const store = await openStore(settings.databaseUrl, { namespace: settings.namespace });
  const keys = await openUserKeys(settings, store.keys, log);
  if (!keys) return undefined;
  const disconnect = async (): Promise<void> => {
    keys.close();
    await store.close();
  };
  return Object.assign(keys, { disconnect });
}
