/**
 * Nest's NATS transport with this house's connection defaults, the namespace's prefix on every subject, plain JSON
 * beside Nest's envelopes, and a shutdown that answers what has arrived.
 */
import { ServerNats } from '@nestjs/microservices';
import type { Settings } from '#config';
import { connectNats, subjectPrefix, type NatsConnection } from '#log';
import { drainConnection } from '../drain-connection.js';
import { PlainOrNestReply, PlainOrNestRequest } from './plain-json.js';

/** Gateways share the requests of a subject. */
const QUEUE = 'gateways';

export class IngestServer extends ServerNats {
  private connection: NatsConnection | undefined;
  private intake: { drain(): Promise<void> }[] = [];

  constructor(private readonly settings: Settings) {
    super({ serializer: new PlainOrNestReply(), deserializer: new PlainOrNestRequest() });
  }

  override async createNatsClient(): Promise<NatsConnection> {
    this.connection = await connectNats({ natsUrl: this.settings.natsUrl, name: 'rekappa-gateway-ingest' });
    return this.connection;
  }

  override bindEvents(client: NatsConnection): void {
    const prefix = subjectPrefix(this.settings.namespace);
    this.intake = [...this.messageHandlers.keys()].map((channel) => {
      const handle = this.getMessageHandler(channel) as (error: Error | null, message: unknown) => void;
      return client.subscribe(prefix + channel, {
        queue: QUEUE,
        callback: (error, message) => handle(error, message),
      });
    });
  }

  /** Takes no new requests; those that have arrived are still answered. */
  async stopIntake(): Promise<void> {
    await Promise.all(this.intake.splice(0).map((subscription) => subscription.drain()));
  }

  /** Replies may still wait in the connection's buffer: drain it, do not cut it. */
  override async close(): Promise<void> {
    if (this.connection) await drainConnection(this.connection);
    this.connection = undefined;
  }
}
