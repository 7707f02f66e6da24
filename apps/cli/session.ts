/** What a command opens to look at a deployment, and closes again whatever happens. */
import { connectNats, openTopology, type LogTopology, type NatsConnection } from '#log';
import type { Settings } from '#config';
import { connectedSettings } from './connection.js';
import { Rpc } from './rpc.js';

export interface Session {
  readonly settings: Settings;
  readonly connection: NatsConnection;
  readonly topology: LogTopology;
  readonly rpc: Rpc;
}

/** @param overrides environment variables that win over all others */
export async function withSession<T>(dataFolder: string, use: (session: Session) => Promise<T>, overrides?: Record<string, string>): Promise<T> {
  const settings = await connectedSettings(dataFolder, overrides);
  const connection = await connectNats({ natsUrl: settings.natsUrl, name: 'rekappa-cli' });
  try {
    const topology = await openTopology(connection, settings);
    return await use({ settings, connection, topology, rpc: new Rpc(connection, settings.namespace) });
  } finally {
    await connection.close();
  }
}
