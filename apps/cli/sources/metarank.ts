/**
 * Metarank's event format (https://docs.metarank.ai/reference/event-schema) as our events:
 *
 *     item         → upsert (merge): `title`, `genres`/`categories`, `brand`, `price`; string lists and strings
 *                    become tags, numbers become `f_` attributes (logarithmic, the raw number beside them),
 *                    `release_date` (seconds) a decade
 *     user         → profile
 *     ranking      → impression, its id the recommendation id, slots in the order listed
 *     interaction  → interaction of its type, tied to its ranking
 *
 * A pure mapping: same line, same event.
 */
import {
  ATTRIBUTES_BYTES_MAX,
  CATEGORIES_MAX,
  CONTEXT_ENTRIES_MAX,
  PROFILE_ENTRIES_MAX,
  TAGS_MAX,
  TEXT_CHARS_MAX,
  parseEvent,
  type LogEvent,
} from '#events';

export type Mapped =
  { readonly ok: true; readonly event: LogEvent } | { readonly ok: false; readonly reason: string };

type Scalar = string | number | boolean;
interface Field {
  readonly name: string;
  readonly value: Scalar | readonly Scalar[];
}

const LABEL_CHARS_MAX = 128;
const TITLE_CHARS_MAX = 512;

/** Maps one line of a Metarank file. */
export function mapMetarankLine(line: string): Mapped {
  let raw: unknown;
  try {
    raw = JSON.parse(line);
  } catch {
    return { ok: false, reason: 'not JSON' };
  }
  if (typeof raw !== 'object' || raw === null) return { ok: false, reason: 'not an object' };
  const mapped = mapMetarankEvent(raw as Record<string, unknown>);
  if (!mapped)
    return {
      ok: false,
      reason: `unknown event "${String((raw as Record<string, unknown>).event).slice(0, 40)}"`,
    };
  const parsed = parseEvent(mapped);
  return parsed.ok ? parsed : { ok: false, reason: parsed.rejection.message };
}

function mapMetarankEvent(raw: Record<string, unknown>): Record<string, unknown> | undefined {
  const base = { eventId: String(raw.id), timestamp: timestampOf(raw.timestamp) };
  const fields = fieldsOf(raw.fields);
  const userId = raw.user ?? raw.session;
  switch (raw.event) {
    case 'item':
      return { kind: 'upsert', ...base, itemId: raw.item, mode: 'merge', fields: itemFields(fields) };
    case 'user':
      return { kind: 'profile', ...base, userId: raw.user, attributes: scalars(fields, PROFILE_ENTRIES_MAX) };
    case 'ranking':
      return {
        kind: 'impression',
        ...base,
        userId,
        recommendationId: base.eventId,
        items: Array.isArray(raw.items)
          ? raw.items.map((item: { id: unknown }) => ({ itemId: item?.id }))
          : [],
        ...contextOf(fields),
      };
    case 'interaction':
      return {
        kind: 'interaction',
        ...base,
        userId,
        type: raw.type,
        itemId: raw.item,
        ...(raw.ranking ? { recommendationId: raw.ranking } : {}),
        ...contextOf(fields),
      };
    default:
      return undefined;
  }
}

/** Milliseconds, as a number or a string of digits; ISO 8601 otherwise. */
function timestampOf(value: unknown): number {
  const number = Number(value);
  return Math.trunc(Number.isFinite(number) ? number : Date.parse(String(value)));
}

function fieldsOf(value: unknown): Field[] {
  if (!Array.isArray(value)) return [];
  return value.filter(
    (f): f is Field => typeof f?.name === 'string' && f.value !== null && f.value !== undefined,
  );
}

function contextOf(fields: readonly Field[]): { context?: Record<string, Scalar> } {
  const context = scalars(fields, CONTEXT_ENTRIES_MAX);
  return Object.keys(context).length > 0 ? { context } : {};
}

function scalars(fields: readonly Field[], max: number): Record<string, Scalar> {
  const flat = fields
    .filter((f): f is { name: string; value: Scalar } => typeof f.value !== 'object')
    .slice(0, max);
  return Object.fromEntries(
    flat.map((f) => [
      f.name.slice(0, 64),
      typeof f.value === 'string' ? f.value.slice(0, TEXT_CHARS_MAX) : f.value,
    ]),
  );
}

/** Exported for tests: how an item's fields land. */
export function itemFields(fields: readonly Field[]): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  const named: string[] = [];
  const tags: string[] = [];
  const attributes: Record<string, unknown> = {};
  for (const { name, value } of fields) {
    if (name === 'title') result.title = String(value).slice(0, TITLE_CHARS_MAX);
    else if (name === 'genres' || name === 'categories' || name === 'category')
      result.categories = labels(value).slice(0, CATEGORIES_MAX);
    else if (name === 'tags') tags.push(...labels(value));
    else if (name === 'brand') result.brand = labels(value)[0];
    else if (name === 'price' && typeof value === 'number') result.price = value;
    else if (name === 'release_date' && typeof value === 'number') {
      const year = new Date(value * 1000).getUTCFullYear();
      named.push(`decade:${Math.floor(year / 10) * 10}`);
      attributes.year = year;
      attributes.f_decade = (year - 2000) / 10 / KNOTS_A_UNIT;
    } else if (typeof value === 'number') {
      attributes[name] = value;
      attributes[`f_${name}`] = scaled(value);
    } else if (typeof value === 'boolean') attributes[name] = value;
    else named.push(...labels(value).map((label) => prefixed(name, label)));
  }
  // Features read the first labels of an item: those that say what they are go before free tags.
  const all = [...new Set([...named, ...tags])].slice(0, TAGS_MAX);
  if (all.length > 0) result.tags = all;
  if (Object.keys(attributes).length > 0 && JSON.stringify(attributes).length < ATTRIBUTES_BYTES_MAX)
    result.attributes = attributes;
  return result;
}

/** Feature extraction tells numeric attributes apart in quarters of a unit (libs/features, `warp`). */
const KNOTS_A_UNIT = 4;

/** Counts and amounts span magnitudes: each octave becomes one step that features tell apart. */
function scaled(value: number): number {
  return (Math.sign(value) * Math.log2(1 + Math.abs(value))) / KNOTS_A_UNIT;
}

function labels(value: Field['value']): string[] {
  return (Array.isArray(value) ? value : [value])
    .map((v) => String(v).slice(0, LABEL_CHARS_MAX))
    .filter(Boolean);
}

function prefixed(name: string, label: string): string {
  const singular = name === 'actors' ? 'actor' : name;
  return `${singular}:${label}`.slice(0, LABEL_CHARS_MAX);
}
