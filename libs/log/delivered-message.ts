/** A LogMessage as JetStream delivers it: what a reader does not look at is never decoded. */
import type { Msg } from '@nats-io/transport-node';
import type { LogMessage } from './event-log.js';

/**
 * What the reply subject of a delivery says:
 * `$JS.ACK.<stream>.<consumer>.<deliveries>.<stream seq>.<consumer seq>.<time ns>.<pending>`, or the
 * longer form with domain and account hash before the stream and a random token at the end.
 */
export class DeliveredMessage implements LogMessage {
  readonly sequence: number;
  readonly appendedAt: number;
  /** Consecutive from 1 within one consumer: a gap means that a delivery was lost on the way. */
  readonly deliverySequence: number;
  /** Messages that wait behind this one for the same consumer. */
  readonly pending: number;
  readonly payload: Uint8Array;

  constructor(
    private readonly message: Msg,
    private readonly prefixLength: number,
  ) {
    const tokens = message.reply!.split('.');
    const at = tokens.length > 9 ? 7 : 5;
    this.sequence = Number(tokens[at]);
    this.deliverySequence = Number(tokens[at + 1]);
    this.appendedAt = Number(tokens[at + 2]!.slice(0, -6));
    this.pending = Number(tokens[at + 3]);
    this.payload = message.data;
  }

  get subject(): string {
    return this.message.subject.slice(this.prefixLength);
  }

  header(name: string): string | undefined {
    return this.message.headers?.get(name) || undefined;
  }
}
