/** Ends a connection: politely while its server is there, at once when it is not. Never rejects. */
import type { NatsConnection } from '#log';

export async function drainConnection(connection: NatsConnection): Promise<void> {
  if (connection.isClosed()) return;
  await connection.drain().catch(() => connection.close());
}
