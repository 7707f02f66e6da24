/**
 * A short way through the door for the two kinds that nearly all of a log consists of. `isPlain` accepts an event
 * only where its schema would, and would change nothing of it; whatever it does not accept goes to the schema, which alone
 * decides what is refused and why. So this file may be stricter than the schemas, never laxer (plain-events.spec.ts
 * holds it to that), and it is only about time: it takes a fifth of a schema's.
 */
import { ID_BYTES_MAX } from '#kernel';
import {
  CONTEXT_ENTRIES_MAX,
  EVENT_VERSION,
  IMPRESSION_ITEMS_MAX,
  INTERACTION_TYPE,
  POSITION_MAX,
  TEXT_CHARS_MAX,
  VALUE_MAX,
} from './user-events.js';

type Fields = Readonly<Record<string, unknown>>;

/** Ids of these characters only; others are the schema's to judge. */
const PLAIN_ID = /^[\x20-\x7e]+$/;

/** True for an interaction or an impression that its schema accepts as it is. */
export function isPlain(event: object): boolean {
  const fields = event as Fields;
  switch (fields['kind']) {
    case 'interaction':
      return isPlainInteraction(fields);
    case 'impression':
      return isPlainImpression(fields);
    default:
      return false;
  }
}

function isPlainInteraction(event: Fields): boolean {
  let missing = 6;
  for (const name in event) {
    const value = event[name];
    switch (name) {
      case 'kind':
        continue;
      case 'eventId':
      case 'userId':
      case 'itemId':
        if (!isPlainId(value)) return false;
        missing--;
        break;
      case 'timestamp':
        if (!isWhole(value, 1, Number.MAX_SAFE_INTEGER)) return false;
        missing--;
        break;
      case 'version':
        if (value !== EVENT_VERSION) return false;
        missing--;
        break;
      case 'type':
        if (typeof value !== 'string' || !INTERACTION_TYPE.test(value)) return false;
        missing--;
        break;
      case 'recommendationId':
        if (!isPlainId(value)) return false;
        break;
      case 'value':
        if (typeof value !== 'number' || !(Math.abs(value) <= VALUE_MAX)) return false;
        break;
      case 'context':
        if (!isPlainContext(value)) return false;
        break;
      default:
        return false;
    }
  }
  return missing === 0;
}

function isPlainImpression(event: Fields): boolean {
  let missing = 5;
  for (const name in event) {
    const value = event[name];
    switch (name) {
      case 'kind':
        continue;
      case 'eventId':
      case 'userId':
        if (!isPlainId(value)) return false;
        missing--;
        break;
      case 'timestamp':
        if (!isWhole(value, 1, Number.MAX_SAFE_INTEGER)) return false;
        missing--;
        break;
      case 'version':
        if (value !== EVENT_VERSION) return false;
        missing--;
        break;
      case 'items':
        if (!arePlainItems(value)) return false;
        missing--;
        break;
      case 'recommendationId':
        if (!isPlainId(value)) return false;
        break;
      case 'scenario':
        if (typeof value !== 'string' || value.length > 64) return false;
        break;
      case 'depth':
        if (!isWhole(value, 1, POSITION_MAX)) return false;
        break;
      case 'context':
        if (!isPlainContext(value)) return false;
        break;
      default:
        return false;
    }
  }
  return missing === 0;
}

function arePlainItems(value: unknown): boolean {
  if (!Array.isArray(value) || value.length === 0 || value.length > IMPRESSION_ITEMS_MAX) return false;
  for (const item of value as unknown[]) if (!isPlainItem(item)) return false;
  return true;
}

function isPlainItem(item: unknown): boolean {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return false;
  const fields = item as Fields;
  for (const name in fields) {
    const value = fields[name];
    if (name === 'itemId') {
      if (!isPlainId(value)) return false;
    } else if (name === 'position') {
      if (!isWhole(value, 1, POSITION_MAX)) return false;
    } else if (name === 'propensity') {
      if (typeof value !== 'number' || !(value > 0 && value <= 1)) return false;
    } else return false;
  }
  return 'itemId' in fields;
}

function isPlainContext(context: unknown): boolean {
  if (typeof context !== 'object' || context === null || Array.isArray(context)) return false;
  let entries = 0;
  for (const name in context) {
    const value = (context as Fields)[name];
    if (name.length === 0 || name.length > 64 || name === '__proto__') return false;
    if (++entries > CONTEXT_ENTRIES_MAX) return false;
    if (typeof value === 'string' ? value.length > TEXT_CHARS_MAX : !isPlainScalar(value)) return false;
  }
  return true;
}

const isPlainScalar = (value: unknown): boolean =>
  typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));

const isPlainId = (value: unknown): boolean =>
  typeof value === 'string' && value.length <= ID_BYTES_MAX && PLAIN_ID.test(value);

const isWhole = (value: unknown, from: number, to: number): boolean =>
  Number.isInteger(value) && (value as number) >= from && (value as number) <= to;
