/** What a command opens to look at a deployment, and closes again whatever happens. */
import { attachTopology, connectNats, type LogTopology, type NatsConnection } from '#log';
import { LearnerClient } from '#model-feed';
import { openUserKeysToRead, type UserKeys } from '#privacy';
import { openStore, type Store } from '#store';
import type { Settings } from '#config';
import { connectedSettings } from './connection.js';
import { Hosts } from './hosts-client.js';

export interface Session {
  readonly settings: Settings;
  readonly connection: NatsConnection;
  readonly topology: LogTopology;
  readonly hosts: Hosts;
  readonly learner: LearnerClient;
  /** Opens what is sealed in LOG; undefined without a master key. */
  readonly keys: UserKeys | undefined;
}

/** @param overrides environment variables that win over all others */
export async function withSession<T>(
  dataFolder: string,
  use: (session: Session) => Promise<T>,
  overrides?: Record<string, string>,
): Promise<T> {
  const settings = await connectedSettings(dataFolder, overrides);
  const connection = await connectNats({ natsUrl: settings.natsUrl, name: 'rekappa-cli' });
  let store: Store | undefined;
  try {
    // Never made here: the first start does that, with the settings of the deployment instead of a terminal's.
    const topology = await attachTopology(connection, settings);
    if (settings.privacy.masterKey !== '')
      store = await openStore(settings.databaseUrl, { namespace: settings.namespace });
    const keys = store && (await openUserKeysToRead(settings, store.keys));
    return await use({
      settings,
      keys,
      connection,
      topology,
      hosts: new Hosts(connection, settings.namespace),
      learner: new LearnerClient(connection, settings.namespace),
    });
  } finally {
    await store?.close();
    await connection.close();
  }
}
