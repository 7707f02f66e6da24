/** Requests to every operation of the OpenAPI document: from its schemas, then spoilt in address, query, headers, body and framing. */
import type { SeededRandom } from '#kernel';
import { hostileName, hostileText } from '../inputs/hostile.js';
import { fromPlain, write, type Json } from '../inputs/json-text.js';
import { mutate, spoil } from '../inputs/mutate.js';
import { item, sample, user, type JsonSchema } from '../inputs/sample.js';
import type { Input } from './input.js';
import { headersFor, misframed, requestBytes } from './http-bytes.js';

export interface Operation {
  readonly method: string;
  /** `/v1/items/{id}` */
  readonly template: string;
  readonly query: readonly {
    readonly name: string;
    readonly required: boolean;
    readonly schema: JsonSchema;
  }[];
  readonly body?: { readonly schema: JsonSchema; readonly example: unknown; readonly ndjson: boolean };
}

interface Documented {
  readonly parameters?: readonly { name: string; in: string; required?: boolean; schema?: JsonSchema }[];
  readonly requestBody?: { content: Record<string, { schema: JsonSchema; example?: unknown }> };
}
export interface OpenApiDocument {
  readonly paths: Record<string, Record<string, Documented>>;
}

const BODY_BYTES_MAX = 1_048_576;
const OTHER_METHOD = 0.03;
const MISFRAMED = 0.06;
const EXAMPLE = 0.15;
const HOSTILE_PARAMETER = 0.25;

export function operationsOf({ paths }: OpenApiDocument): Operation[] {
  return Object.entries(paths).flatMap(([template, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]) => {
      const json = requestBody?.content['application/json'];
      return {
        method: method.toUpperCase(),
        template,
        query: parameters
          .filter((one) => one.in === 'query')
          .map(({ name, required = false, schema = {} }) => ({ name, required, schema })),
        ...(json && {
          body: {
            schema: json.schema,
            example: json.example,
            ndjson: requestBody!.content['application/x-ndjson'] !== undefined,
          },
        }),
      };
    }),
  );
}

export function httpInput(operation: Operation, random: SeededRandom): Input {
  const did: string[] = [];
  const route = `${operation.method} ${operation.template}`;
  const method = random.next() < OTHER_METHOD ? otherMethod(random, did) : operation.method;
  const target = pathOf(operation, random, did) + queryOf(operation, random, did);
  const { body, contentType } = bodyOf(operation, random, did);
  const headers = headersFor(contentType, random, did);
  const bodiless = method === 'HEAD';
  if (random.next() < MISFRAMED) {
    const { bytes, what } = misframed({ method, target, headers, body }, random);
    return { door: 'http', route, bytes, framed: false, bodiless, did: [...did, `framing: ${what}`] };
  }
  // Node's own parser refuses these before anything of ours sees them, and closes; it also closes on whoever sends too much.
  const framed =
    (body?.length ?? 0) <= BODY_BYTES_MAX &&
    !did.some((one) => one.startsWith('raw ') || one.startsWith('method '));
  return {
    door: 'http',
    route,
    bytes: requestBytes({ method, target, headers, body }),
    framed,
    bodiless,
    did,
  };
}

function otherMethod(random: SeededRandom, did: string[]): string {
  const method = random.pick([
    'GET',
    'POST',
    'PUT',
    'PATCH',
    'DELETE',
    'HEAD',
    'OPTIONS',
    'TRACE',
    'CONNECT',
    'PURGE',
    'FOO',
    'get',
  ]);
  did.push(`method ${method}`);
  return method;
}

function pathOf({ template }: Operation, random: SeededRandom, did: string[]): string {
  const path = template.replace(/\{(\w+)\}/g, () => {
    if (random.next() >= HOSTILE_PARAMETER) return template.includes('users') ? user(random) : item(random);
    did.push('path: hostile');
    return encoded(hostileText(random), random, did);
  });
  if (random.next() >= 0.03) return path;
  const spelled = random.pick([
    '/%76%31',
    '//v1',
    '/V1',
    '/./v1',
    '/v1%2F',
    '/v1;a=b',
    'http://any.example/v1',
    '/v1/%',
    '/v1\0',
  ]);
  did.push(`raw path ${JSON.stringify(spelled)}`);
  return path.replace('/v1', spelled);
}

function queryOf({ query }: Operation, random: SeededRandom, did: string[]): string {
  const pairs = query
    .filter(({ required }) => (required ? random.next() > 0.05 : random.next() < 0.5))
    .map(({ name, schema }): string => {
      if (random.next() >= HOSTILE_PARAMETER)
        return `${name}=${encodeURIComponent(plain(sample(schema, random, name)))}`;
      did.push(`query: hostile ${name}`);
      const value = encoded(hostileText(random), random, did);
      return random.pick([
        `${name}=${value}`,
        `${name}[]=${value}`,
        `${name}=1&${name}=${value}`,
        name,
        `${name}[a][b]=${value}`,
      ]);
    });
  if (random.next() < 0.1) {
    did.push('query: unknown');
    pairs.push(
      `${encoded(hostileName(random).slice(0, 200), random, did)}=${encoded(hostileText(random).slice(0, 200), random, did)}`,
    );
  }
  return pairs.length > 0 ? `?${pairs.join('&')}` : '';
}

const plain = (value: Json): string => (typeof value === 'string' ? value : write(value));

/** Every byte escaped, as it must be; or, sometimes, as it is. */
function encoded(text: string, random: SeededRandom, did: string[]): string {
  if (random.next() < 0.05) {
    did.push('raw text in the address');
    return text.slice(0, 2_000);
  }
  const bytes = Buffer.from(text, 'utf8').subarray(0, 4_000);
  return [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}

function bodyOf(
  { body }: Operation,
  random: SeededRandom,
  did: string[],
): { body: Buffer | undefined; contentType: string } {
  const contentType = 'application/json';
  if (!body) {
    const none = random.next() < 0.9;
    if (!none) did.push('a body where none is');
    return { body: none ? undefined : Buffer.from('{"a":1}'), contentType };
  }
  const one = (): string => {
    const good = random.next() < EXAMPLE ? fromPlain(body.example) : sample(body.schema, random);
    return write(mutate(good, random, did));
  };
  if (!body.ndjson || random.next() < 0.75) return { body: spoil(one(), random, did), contentType };
  const lines = Array.from({ length: 1 + random.below(8) }, () =>
    random.next() < 0.1 ? random.pick(['', '\r', '{', '\0', '[]']) : one(),
  );
  did.push('NDJSON');
  return {
    body: spoil(lines.join(random.pick(['\n', '\r\n', '\n\n'])), random, did),
    contentType: 'application/x-ndjson',
  };
}
