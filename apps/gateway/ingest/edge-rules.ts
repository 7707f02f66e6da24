/**
 * What the edge asks of an event beyond its schema, and what it fills in. Pure.
 *
 * - Only the kinds that a client may publish.
 * - `eventId` missing: a random one. Then a retry is a new event; send ids of your own to make retries harmless.
 * - `timestamp` missing: now. Event times before 2000 or beyond the allowed skew into the future are refused.
 * - Embeddings have the deployment's length, where it says one.
 * - An interaction's type must have a weight in this deployment.
 * - Names of a profile's attributes are UTF-8.
 */
import { randomUUID } from 'node:crypto';
import {
  JSON_DEPTH_MAX,
  LONE_SURROGATE,
  nestsDeeper,
  parseEvent,
  PUBLIC_KINDS,
  type LogEvent,
  type Parsed,
  type Rejection,
} from '#events';

export interface EdgeSettings {
  readonly log: { readonly futureSkewSeconds: number; readonly embeddingDimensions: number };
  readonly interest: { readonly weights: Readonly<Record<string, number>> };
}

export const YEAR_2000_MS = Date.UTC(2000, 0, 1);
export const ITEM_KINDS = ['upsert', 'hide', 'delete'] as const;
export type IngestKind = (typeof PUBLIC_KINDS)[number] | (typeof ITEM_KINDS)[number];

/** @param kinds what may come through this door. @param now ms since the Unix epoch. */
export function checkAtEdge(
  value: unknown,
  kinds: readonly string[],
  settings: EdgeSettings,
  now: number,
): Parsed<LogEvent> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse('REK_INVALID_EVENT', 'an event must be a JSON object');
  }
  if (nestsDeeper(value))
    return refuse('REK_INVALID_EVENT', `an event must not nest deeper than ${JSON_DEPTH_MAX} levels`);
  const { kind, eventId, timestamp } = value as { kind?: unknown; eventId?: unknown; timestamp?: unknown };
  if (typeof kind !== 'string' || !kinds.includes(kind)) {
    return refuse(
      'REK_UNKNOWN_KIND',
      `kind must be one of ${kinds.join(', ')}; got ${String(JSON.stringify(kind)).slice(0, 40)}`,
    );
  }
  const filled =
    eventId === undefined || timestamp === undefined
      ? { ...value, eventId: eventId ?? randomUUID(), timestamp: timestamp ?? now }
      : value;
  const parsed = parseEvent(filled);
  if (!parsed.ok) return parsed;
  const rejection =
    outOfRange(parsed.event, settings, now) ??
    withoutWeight(parsed.event, settings) ??
    ofAnotherLength(parsed.event, settings) ??
    withHalfCharacters(parsed.event);
  return rejection ? { ok: false, rejection } : parsed;
}

function outOfRange(event: LogEvent, { log }: EdgeSettings, now: number): Rejection | undefined {
  if (event.timestamp < YEAR_2000_MS) {
    return {
      code: 'REK_TIMESTAMP_OUT_OF_RANGE',
      message: `timestamp ${event.timestamp} lies before the year 2000: it counts milliseconds since 1970`,
    };
  }
  if (event.timestamp > now + log.futureSkewSeconds * 1000) {
    return {
      code: 'REK_TIMESTAMP_OUT_OF_RANGE',
      message: `timestamp ${event.timestamp} lies more than ${log.futureSkewSeconds} s in the future`,
    };
  }
  return undefined;
}

function withoutWeight(event: LogEvent, { interest }: EdgeSettings): Rejection | undefined {
  if (event.kind !== 'interaction' || Object.hasOwn(interest.weights, event.type)) return undefined;
  return {
    code: 'REK_UNKNOWN_INTERACTION',
    message: `type must be one of ${Object.keys(interest.weights).join(', ')}; got ${event.type}`,
  };
}

/** An empty embedding takes the item's away. */
function ofAnotherLength(event: LogEvent, { log }: EdgeSettings): Rejection | undefined {
  const length = event.kind === 'upsert' ? (event.fields.embedding?.length ?? 0) : 0;
  const wanted = log.embeddingDimensions;
  if (length === 0 || wanted === 0 || length === wanted) return undefined;
  return {
    code: 'REK_INVALID_EVENT',
    message: `fields.embedding: must have ${wanted} numbers; got ${length}`,
  };
}

/** The log may hold such names; the fold takes them as they would be stored. */
function withHalfCharacters(event: LogEvent): Rejection | undefined {
  if (event.kind !== 'profile' || !Object.keys(event.attributes).some((name) => LONE_SURROGATE.test(name)))
    return undefined;
  return {
    code: 'REK_INVALID_EVENT',
    message: 'attributes: names must be UTF-8, without halves of a character (lone surrogates)',
  };
}

function refuse(code: Rejection['code'], message: string): { ok: false; rejection: Rejection } {
  return { ok: false, rejection: { code, message } };
}
