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
  /** As it would be written in the environment; '' when empty by default. */
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
  pattern?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  default?: unknown;
  description?: string;
}

/** `learner.metricsWindow` → `REKAPPA_LEARNER_METRICS_WINDOW`; the well-known ones keep their names. */
export function variableName(path: readonly string[]): string {
  const snake = (part: string) => part.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
  return WELL_KNOWN[path.join('.')] ?? `REKAPPA_${path.map(snake).join('_')}`;
}

/** All settings, in the schema's order. */
export const VARIABLES: readonly Variable[] = collect(
  z.toJSONSchema(settingsSchema, { io: 'input' }) as JsonSchema,
  [],
);

function collect(schema: JsonSchema, path: string[]): Variable[] {
  if (schema.properties) {
    return Object.entries(schema.properties).flatMap(([key, child]) => collect(child, [...path, key]));
  }
  return [
    {
      name: variableName(path),
      path,
      defaultText: textOf(schema.default),
      allowed: allowedText(schema),
      description: schema.description ?? '',
    },
  ];
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '');
}

function allowedText(schema: JsonSchema): string {
  if (schema.enum) return `one of ${schema.enum.join(', ')}`;
  if (schema.type === 'array') return 'a JSON list of objects';
  if (schema.anyOf?.some((option) => option.type === 'array')) return 'names separated by commas';
  if (schema.anyOf?.some((option) => option.type === 'object')) return 'a JSON object of names and numbers';
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
