/** What a command opens to look at a deployment, and closes again whatever happens. */
import { connectNats, openTopology, type LogTopology, type NatsConnection } from '#log';
import { LearnerClient } from '#model-feed';
import type { Settings } from '#config';
import { connectedSettings } from './connection.js';
import { Hosts } from './hosts-client.js';

export interface Session {
  readonly settings: Settings;
  readonly connection: NatsConnection;
  readonly topology: LogTopology;
  readonly hosts: Hosts;
  readonly learner: LearnerClient;
}

/** @param overrides environment variables that win over all others */
export async function withSession<T>(
  dataFolder: string,
  use: (session: Session) => Promise<T>,
  overrides?: Record<string, string>,
): Promise<T> {
  const settings = await connectedSettings(dataFolder, overrides);
  const connection = await connectNats({ natsUrl: settings.natsUrl, name: 'rekappa-cli' });
  try {
    const topology = await openTopology(connection, settings);
    return await use({
      settings,
      connection,
      topology,
      hosts: new Hosts(connection, settings.namespace),
      learner: new LearnerClient(connection, settings.namespace),
    });
  } finally {
    await connection.close();
  }
}
