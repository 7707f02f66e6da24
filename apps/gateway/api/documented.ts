/** `@Documented(ENDPOINT)`: an endpoint's OpenAPI entry from its zod schemas, so that check and document are one. */
import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiQuery, ApiResponse, ApiSecurity } from '@nestjs/swagger';
import { z } from 'zod';
import type { Scope } from '../access/api-keys.js';
import { Requires } from '../access/scope.guard.js';
import { errorSchema } from './answers.js';

export interface Endpoint {
  readonly tag: string;
  /** What the caller's key must be allowed to do. */
  readonly scope: Scope;
  readonly summary: string;
  readonly description?: string;
  readonly query?: z.ZodObject;
  /** Examples of the query, by parameter. */
  readonly queryExample?: Readonly<Record<string, unknown>>;
  /** Path parameters and an example of each. */
  readonly path?: Readonly<Record<string, string>>;
  readonly body?: { readonly schema: z.ZodType; readonly example: unknown; readonly alsoNdjson?: boolean };
  readonly answer: { readonly status: number; readonly description: string; readonly schema: z.ZodType };
  /** Status → when. */
  readonly errors?: Readonly<Record<number, string>>;
}

/** Nest's own type of schemas is older than JSON Schema 2020-12. */
type SchemaObject = Record<string, never>;

/** JSON Schema 2020-12, which OpenAPI 3.1 takes as it is; refinements show in descriptions only. */
function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): SchemaObject {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest as object as SchemaObject;
}

export function Documented(endpoint: Endpoint): MethodDecorator {
  const { tag, scope, summary, description, query, queryExample, path, body, answer, errors } = endpoint;
  return applyDecorators(
    Requires(scope),
    ApiSecurity('key', [scope]),
    ApiOperation({
      tags: [tag],
      summary,
      description: [description, `Scope: ${scope}.`].filter(Boolean).join(' '),
      ...(body && requestBody(body)),
    }),
    ...Object.entries(path ?? {}).map(([name, example]) =>
      ApiParam({ name, example, schema: { type: 'string' } }),
    ),
    ...(query ? queryParameters(query, queryExample ?? {}) : []),
    ApiResponse({
      status: answer.status,
      description: answer.description,
      schema: jsonSchema(answer.schema, 'output'),
    }),
    ...Object.entries(errors ?? {}).map(([status, when]) =>
      ApiResponse({ status: Number(status), description: when, schema: jsonSchema(errorSchema, 'output') }),
    ),
  ) as MethodDecorator;
}

function queryParameters(query: z.ZodObject, examples: Readonly<Record<string, unknown>>): MethodDecorator[] {
  // `output` shows the numbers behind the text of a query string.
  const { properties = {} } = jsonSchema(query, 'output') as unknown as {
    properties?: Record<string, { description?: string; default?: unknown }>;
  };
  return Object.entries(properties).map(([name, schema]) =>
    ApiQuery({
      name,
      required: name === 'user',
      description: schema.description,
      schema: schema as SchemaObject,
      example: examples[name],
    }),
  );
}

function requestBody({ schema, example, alsoNdjson }: NonNullable<Endpoint['body']>): {
  requestBody?: never;
} {
  const lines = (Array.isArray(example) ? example : [example]).map((one) => JSON.stringify(one)).join('\n');
  const content = {
    'application/json': { schema: jsonSchema(schema, 'input'), example },
    ...(alsoNdjson && { 'application/x-ndjson': { schema: { type: 'string' }, example: lines } }),
  };
  return { requestBody: { required: true, content } as never };
}
