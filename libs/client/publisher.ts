/**
 * Publishing straight to the log over NATS, for services (Node only). No gateway stands between: events are checked here,
 * packed into frames of their partition and acknowledged by JetStream.
 *
 *     const publisher = await RekappaPublisher.connect({ natsUrl: 'nats://127.0.0.1:4222' });
 *     const { sequence } = await publisher.publish({ kind: 'interaction', userId: 'ann', type: 'click', itemId: 'i1' });
 *     await publisher.close();
 */
import { randomUUID } from 'node:crypto';
import { AppError } from '#kernel';
import { isItemEvent, parseEvent, PUBLIC_KINDS, type LogEvent } from '#events';
import {
  attachTopology,
  connectNats,
  FramePublisher,
  type Acknowledgement,
  type FramePublisherOptions,
  type NatsConnection,
} from '#log';

export interface PublisherOptions extends FramePublisherOptions {
  /** Comma-separated servers. */
  readonly natsUrl: string;
  readonly namespace?: string;
  /** How long to wait for an acknowledgement, ms. Default 5,000. */
  readonly ackTimeoutMs?: number;
}

const IN_FLIGHT_MAX = 1_024;
const ACK_TIMEOUT_MS = 5_000;

export class RekappaPublisher {
  private constructor(
    private readonly connection: NatsConnection,
    private readonly frames: FramePublisher,
    /** As recorded in the log. */
    readonly partitions: number,
  ) {}

  /** @throws AppError REK_LOG_UNAVAILABLE when there is no server, or no Rekappa log on it. */
  static async connect(options: PublisherOptions): Promise<RekappaPublisher> {
    const { natsUrl, namespace = 'default', ackTimeoutMs = ACK_TIMEOUT_MS, ...frameOptions } = options;
    const connection = await connectNats({ natsUrl, name: 'rekappa-publisher' });
    try {
      const inFlightMax = options.inFlightMax ?? IN_FLIGHT_MAX;
      const topology = await attachTopology(connection, { namespace, log: { inFlightMax, ackTimeoutMs } });
      return new RekappaPublisher(
        connection,
        new FramePublisher(topology, frameOptions),
        topology.partitions,
      );
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /**
   * An impression, interaction, profile, merge, or item event; `eventId`, `timestamp` and `version` are filled in. Resolves when
   * JetStream has acknowledged it.
   * @throws AppError with the schema's rejection; REK_OVERLOADED (see `room`); REK_LOG_UNAVAILABLE: publish the same event
   * id again.
   */
  async publish(input: object): Promise<Acknowledgement> {
    return this.frames.publish(checked(input));
  }

  /** Resolves when the queue has room: for publishing as fast as the log takes it. */
  room(): Promise<void> {
    return this.frames.room();
  }

  flush(): Promise<void> {
    return this.frames.flush();
  }

  async close(): Promise<void> {
    await this.frames.close();
    await this.connection.drain();
  }
}

function checked(input: object): LogEvent {
  const parsed = parseEvent({ eventId: randomUUID(), timestamp: Date.now(), ...input });
  if (!parsed.ok) throw new AppError(parsed.rejection.code, parsed.rejection.message);
  const { event } = parsed;
  if (!isItemEvent(event) && !(PUBLIC_KINDS as readonly string[]).includes(event.kind)) {
    throw new AppError('REK_UNKNOWN_KIND', `${event.kind} events are written by hosts only`);
  }
  return event;
}
