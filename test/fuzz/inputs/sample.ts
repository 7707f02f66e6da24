/** A value that a JSON Schema allows. Ids come from a small pool, so that events meet; event times lie in one week of 2024. */
import type { SeededRandom } from '#kernel';
import { expression } from './hostile.js';
import { Members, type Json } from './json-text.js';

export interface JsonSchema {
  readonly type?: string;
  readonly const?: string | number | boolean;
  readonly enum?: readonly (string | number)[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
}

const USERS = 40;
const ITEMS = 60;
const LABELS = ['fantasy', 'crime', 'history', 'classic', 'light', 'Home', 'Fjell', 'x', 'é'] as const;
const TYPES = [
  'click',
  'view',
  'like',
  'cart',
  'purchase',
  'rating',
  'dwell',
  'skip',
  'dislike',
  'share',
] as const;
const FIRST_MS = Date.UTC(2024, 5, 1);
const SPAN_MS = 7 * 86_400_000;
const OPTIONAL = 0.4;
const LIST_MAX = 6;
const DEPTH_MAX = 4;

/** What the name of a member says that its schema does not. */
const BY_NAME: Readonly<Record<string, (random: SeededRandom) => Json>> = {
  userId: user,
  intoUserId: user,
  fromUserId: user,
  user,
  itemId: item,
  eventId: (random) => `e-${random.below(1e9)}`,
  timestamp: (random) => FIRST_MS + random.below(SPAN_MS),
  createdAt: (random) => FIRST_MS - random.below(SPAN_MS),
  type: (random) => random.pick(TYPES),
  recommendationId: (random) => `r-${random.below(50)}`,
  scenario: (random) => random.pick(['home', 'cart', 'default']),
  when: expression,
  filter: expression,
  boost: expression,
  embedding: (random) => Array.from({ length: 4 }, () => random.normal()),
  after: (random) => random.below(50),
  state: (random) =>
    Buffer.from(Array.from({ length: random.below(200) }, () => random.below(256))).toString('base64'),
};

export function user(random: SeededRandom): string {
  return `user-${random.below(USERS)}`;
}
export function item(random: SeededRandom): string {
  return `item-${random.below(ITEMS)}`;
}

export function sample(schema: JsonSchema, random: SeededRandom, name = '', root = schema, depth = 0): Json {
  const inner = (one: JsonSchema, called = name): Json => sample(one, random, called, root, depth + 1);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return random.pick(schema.enum);
  if (schema.$ref) return inner(root.$defs?.[schema.$ref.split('/').at(-1)!] ?? {});
  const hint = Object.hasOwn(BY_NAME, name) && schema.type !== 'object' && schema.type !== 'array';
  if (hint || name === 'embedding') return BY_NAME[name]!(random);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return inner(depth > DEPTH_MAX ? choices[0]! : random.pick(choices));
  switch (schema.type) {
    case 'object':
      return members(schema, random, inner);
    case 'array':
      return elements(schema, random, () => inner(schema.items ?? {}, SINGULAR[name] ?? ''));
    case 'integer':
      return Math.round(number(schema, random));
    case 'number':
      return number(schema, random);
    case 'boolean':
      return random.next() < 0.5;
    case 'null':
      return null;
    default:
      return random.pick(LABELS).slice(0, schema.maxLength);
  }
}

/** Lists whose elements are ids. */
const SINGULAR: Readonly<Record<string, string>> = { exclude: 'itemId', items: 'itemId' };

function members(
  { properties = {}, required = [], additionalProperties }: JsonSchema,
  random: SeededRandom,
  inner: (schema: JsonSchema, name: string) => Json,
): Members {
  const named = Object.entries(properties)
    .filter(([name]) => required.includes(name) || random.next() < OPTIONAL)
    .map(([name, schema]): [string, Json] => [name, inner(schema, name)]);
  if (typeof additionalProperties !== 'object') return new Members(named);
  const free = Array.from({ length: random.below(4) }, (): [string, Json] => [
    random.pick(['device', 'hour', 'country', 'f_x', 'f_y', 'age', 'segment', 'note']),
    inner(additionalProperties, ''),
  ]);
  return new Members([...named, ...free]);
}

function elements(
  { minItems = 0, maxItems = LIST_MAX }: JsonSchema,
  random: SeededRandom,
  one: () => Json,
): Json {
  const most = Math.max(minItems, Math.min(maxItems, LIST_MAX));
  return Array.from({ length: minItems + random.below(most - minItems + 1) }, one);
}

function number({ minimum, exclusiveMinimum, maximum }: JsonSchema, random: SeededRandom): number {
  const low = Math.max(minimum ?? (exclusiveMinimum === undefined ? -1_000 : exclusiveMinimum + 1), -1e6);
  const high = Math.min(maximum ?? 1_000, low + 100);
  return low + random.next() * (high - low);
}
