/** What an administrator of NATS could do to the audit trail, and nobody else: the stream is gone, and comes back with other entries. */
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '#log';

export const AUDIT_STREAM = 'REKAPPA_AUDIT';

export async function rewriteTrail(nats: NatsConnection, entries: readonly object[]): Promise<void> {
  const manager = await jetstreamManager(nats);
  const { config } = await manager.streams.info(AUDIT_STREAM);
  await manager.streams.delete(AUDIT_STREAM);
  await manager.streams.add(config);
  const client = jetstream(nats);
  for (const entry of entries) await client.publish('audit', JSON.stringify(entry));
}
