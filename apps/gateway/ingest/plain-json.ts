/**
 * One NATS subject, two kinds of client: Nest's wraps `{pattern, data, id}` and expects `{response, isDisposed, id}`;
 * any other sends the JSON itself and gets the JSON itself. Events have no `pattern`, so they cannot be confused.
 */
import type { Deserializer, IncomingRequest, OutgoingResponse, Serializer } from '@nestjs/microservices';
import type { Entry } from '../http/ndjson.js';

/** Marks requests of plain clients; Nest's ids are hexadecimal. */
const PLAIN = 'plain';
const NEST_ID_CHARS_MAX = 128;

/** A payload that is not JSON, on its way to the handler that answers so. */
export class MalformedJson {
  constructor(private readonly problem: string) {}

  asEntry(): Entry {
    return { rejection: { code: 'REK_INVALID_JSON', message: this.problem.slice(0, 200) } };
  }
}

interface NatsMessage {
  readonly data: Uint8Array;
}

export class PlainOrNestRequest implements Deserializer<NatsMessage, IncomingRequest> {
  deserialize(message: NatsMessage, options: { channel: string }): IncomingRequest {
    const value = parsed(message.data);
    if (isNestPacket(value)) return value;
    return { pattern: options.channel, data: value, id: PLAIN };
  }
}

export class PlainOrNestReply implements Serializer<OutgoingResponse, { data: Uint8Array }> {
  serialize(packet: OutgoingResponse): { data: Uint8Array } {
    const { id, response, err } = packet;
    if (id !== PLAIN) return { data: Buffer.from(JSON.stringify(packet)) };
    return {
      data: Buffer.from(
        JSON.stringify(response ?? { error: { code: 'REK_INTERNAL', message: String(err ?? 'no answer') } }),
      ),
    };
  }
}

function parsed(data: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8'));
  } catch (error) {
    return new MalformedJson((error as Error).message);
  }
}

/** Its id goes back in the answer, so it is a short text, as Nest's are: one of thousands of brackets could not be written. */
function isNestPacket(value: unknown): value is IncomingRequest {
  if (typeof value !== 'object' || value === null || !('pattern' in value) || !('data' in value))
    return false;
  const { id } = value as { id?: unknown };
  return typeof id === 'string' && id.length <= NEST_ID_CHARS_MAX && id !== PLAIN;
}
