/**
 * The environment variables behind the schema: names, defaults, allowed values and descriptions, read off
 * the schema itself, so that code, checks and documents cannot drift apart.
 */
import { z } from 'zod';
import { settingsSchema } from './settings.js';

export interface Variable {
  /** Environment variable: `REKAPPA_FTRL_ALPHA`. */
  readonly name: string;
  /** Place in Settings: `['ftrl', 'alpha']`. */
  readonly path: readonly string[];
  /** As it would be written in the environment; '' when empty by default, as a list without entries is. */
  readonly defaultText: string;
  /** In words: `a number above 0`. */
  readonly allowed: string;
  readonly description: string;
}

/** Names that everybody already uses, by path. */
const WELL_KNOWN: Readonly<Record<string, string>> = {
  natsUrl: 'NATS_URL',
  databaseUrl: 'DATABASE_URL',
  redisUrl: 'REDIS_URL',
  'http.port': 'PORT',
};

/** Variables of ours that are not settings of an app. */
export const OTHER_VARIABLES: Readonly<Record<string, string>> = {
  REKAPPA_DATA: 'Folder of data sets, for the commands that read them.',
  REKAPPA_URL: 'Gateway that the commands of the CLI talk to.',
  REKAPPA_API_KEY: 'Key that the commands of the CLI and the demo present to the gateway.',
  REKAPPA_RESTARTS: 'Set by the supervisor: how often it restarted this process.',
  REKAPPA_TEST_SEED: 'Seed of random tests.',
};

interface JsonSchema {
  type?: string;
  properties?: Record<string, JsonSchema>;
  enum?: string[];
  anyOf?: JsonSchema[];
  items?: JsonSchema;
  additionalProperties?: JsonSchema;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  description?: string;
}

/** `learner.metricsWindow` → `REKAPPA_LEARNER_METRICS_WINDOW`; the well-known ones keep their names. */
export function variableName(path: readonly string[]): string {
  const snake = (part: string) => part.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
  return WELL_KNOWN[path.join('.')] ?? `REKAPPA_${path.map(snake).join('_')}`;
}

/** All settings, in the schema's order. The defaults are parsed ones: JSON Schema has none where the schema transforms. */
export const VARIABLES: readonly Variable[] = collect(
  z.toJSONSchema(settingsSchema, { io: 'input' }) as JsonSchema,
  settingsSchema.parse({}),
  [],
);

function collect(schema: JsonSchema, standard: unknown, path: string[]): Variable[] {
  if (schema.properties) {
    return Object.entries(schema.properties).flatMap(([key, child]) =>
      collect(child, (standard as Record<string, unknown>)[key], [...path, key]),
    );
  }
  return [
    {
      name: variableName(path),
      path,
      defaultText: textOf(standard),
      allowed: allowedText(schema),
      description: schema.description ?? '',
    },
  ];
}

function textOf(value: unknown): string {
  if (Array.isArray(value) && value.every((entry) => typeof entry === 'string')) return value.join(',');
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '');
}

function allowedText(schema: JsonSchema): string {
  if (schema.enum) return `one of ${schema.enum.join(', ')}`;
  const list = [schema, ...(schema.anyOf ?? [])].find(({ type }) => type === 'array');
  if (list?.items?.type === 'string') return 'names separated by commas';
  if (list) return 'a JSON list of objects';
  const object = schema.anyOf?.find((option) => option.type === 'object');
  if (object)
    return `a JSON object of names and ${object.additionalProperties?.type === 'object' ? 'objects' : 'numbers'}`;
  if (schema.pattern) return `text that matches ${schema.pattern}`;
  if (schema.type === 'integer' || schema.type === 'number') return numberText(schema);
  return 'text';
}

function numberText({ type, minimum, maximum, exclusiveMinimum }: JsonSchema): string {
  const noun = type === 'integer' ? 'an integer' : 'a number';
  const bounded = (value: number | undefined) =>
    value !== undefined && Math.abs(value) < Number.MAX_SAFE_INTEGER;
  const low =
    bounded(exclusiveMinimum) && type === 'integer'
      ? `from ${exclusiveMinimum! + 1}`
      : bounded(exclusiveMinimum)
        ? `above ${exclusiveMinimum}`
        : bounded(minimum)
          ? `from ${minimum}`
          : '';
  return [noun, low, bounded(maximum) ? `up to ${maximum}` : ''].filter(Boolean).join(' ');
}
