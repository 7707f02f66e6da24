/**
 * The one door for events: `parseEvent` is used by every edge (HTTP, NATS ingest) and by every reader
 * of the log, so that what is refused at one is refused at all.
 */
import type { z } from 'zod';
import type { ErrorCode } from '#kernel';
import { itemEventSchemas, type ItemEvent } from './item-events.js';
import { isPlain } from './plain-events.js';
import { checkSchema } from './schema-check.js';
import { JSON_DEPTH_MAX, nestsDeeper } from './json-depth.js';
import { settingsEventSchema, type SettingsEvent } from './settings-event.js';
import { EVENT_VERSION, partitionEventSchemas, type PartitionEvent, type UserEvent } from './user-events.js';

/** What concerns all partitions: it stands in `log.item`. */
export type SharedEvent = ItemEvent | SettingsEvent;
export type LogEvent = PartitionEvent | SharedEvent;

export interface Rejection {
  readonly code: ErrorCode;
  /** One line, for a person; names the field. */
  readonly message: string;
}

export type Parsed<T> =
  { readonly ok: true; readonly event: T } | { readonly ok: false; readonly rejection: Rejection };

const schemas: Record<string, z.ZodType> = {
  ...partitionEventSchemas,
  ...itemEventSchemas,
  settings: settingsEventSchema,
};

/** All that may stand in LOG. */
export const EVENT_KINDS = Object.keys(schemas);

/** Checks an already decoded JSON value. Never throws. */
export function parseEvent(value: unknown): Parsed<LogEvent> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return reject('REK_INVALID_EVENT', 'an event must be a JSON object');
  }
  if (isPlain(value)) return { ok: true, event: value as LogEvent };
  if (nestsDeeper(value))
    return reject('REK_INVALID_EVENT', `an event must not nest deeper than ${JSON_DEPTH_MAX} levels`);
  const { kind, version } = value as { kind?: unknown; version?: unknown };
  const schema = typeof kind === 'string' && Object.hasOwn(schemas, kind) ? schemas[kind] : undefined;
  if (!schema) {
    return reject(
      'REK_UNKNOWN_KIND',
      `kind must be one of ${EVENT_KINDS.join(', ')}; got ${printable(kind)}`,
    );
  }
  if (version !== undefined && version !== EVENT_VERSION) {
    return reject('REK_UNKNOWN_VERSION', `version must be ${EVENT_VERSION}; got ${printable(version)}`);
  }
  const result = checkSchema(schema, value);
  if (!result.ok) return reject('REK_INVALID_EVENT', result.problem);
  return { ok: true, event: result.value as LogEvent };
}

/** Whether an event says in the clear whose it is. */
export function isUserEvent(event: LogEvent): event is UserEvent {
  return 'userId' in event;
}

export function isItemEvent(event: LogEvent): event is ItemEvent {
  return event.kind === 'upsert' || event.kind === 'hide' || event.kind === 'delete';
}

export function isSharedEvent(event: LogEvent): event is SharedEvent {
  return event.kind === 'settings' || isItemEvent(event);
}

function reject(code: ErrorCode, message: string): { ok: false; rejection: Rejection } {
  return { ok: false, rejection: { code, message } };
}

/** Of an object only that it is one: `{"toString": null}` has no text. */
function printable(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
