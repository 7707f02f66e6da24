/**
 * Settings of the fold as they stand in `log.item`: such as a host writes, and such as nobody would choose, each at an edge of its type
 * or beyond its bounds. All partitions fold by the last one, so one bad entry could stop them all.
 */
import { z } from 'zod';
import { loadSettings } from '#config';
import { FOLD_COUNT_MAX, FOLD_SECONDS_MAX, INTERACTION_WEIGHT_MAX, settingsEventSchema } from '#events';
import { foldSettingsOf, recordedSettings } from '#interest';
import type { SeededRandom } from '#kernel';
import { copyOf, fromPlain, Members, type Json } from './json-text.js';
import { sample, type JsonSchema } from './sample.js';

const SCHEMA = z.toJSONSchema(settingsEventSchema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
const DEFAULTS = recordedSettings(foldSettingsOf(loadSettings({})));

const SECONDS = [5e-324, 1e-9, 0.001, 1, FOLD_SECONDS_MAX, 1e308];
const COUNTS = [1, 2, FOLD_COUNT_MAX, 2 ** 53 - 1];
const TYPES: readonly Json[] = [
  [],
  ['click'],
  ['constructor'],
  Array.from({ length: 1_000 }, (_, i) => `t${i}`),
];
const WEIGHTS: readonly Json[] = [
  new Members([]),
  new Members([['click', 1e308]]),
  new Members([
    ['click', INTERACTION_WEIGHT_MAX],
    ['view', -INTERACTION_WEIGHT_MAX],
  ]),
  new Members([['click', 5e-324]]),
  new Members([['constructor', 1]]),
  new Members(Array.from({ length: 1_000 }, (_, i): [string, Json] => [`t${i}`, i])),
];
const SEGMENTS: readonly Json[] = [
  [],
  [segment('edge', [['click', -1e308]], [['country', '']])],
  [segment('__proto__', [['__proto__', 0]], [['__proto__', true]])],
  Array.from({ length: 1_000 }, (_, i) => segment(`s${i}`, [['click', i]], [])),
];
const NAMES: readonly Json[] = [[], ['__proto__'], ['user', 'item', 'cross', 'context'], [...'abcdefgh']];

const EDGES: Readonly<Record<string, readonly Json[]>> = {
  attributionSeconds: SECONDS,
  halfLifeSeconds: SECONDS,
  shortHalfLifeSeconds: SECONDS,
  dedupeSeconds: SECONDS,
  futureSkewSeconds: [0, ...SECONDS],
  recentMax: COUNTS,
  pendingImpressionsMax: COUNTS,
  windowEventsMax: COUNTS,
  interestsMax: COUNTS,
  dedupeMax: COUNTS,
  positiveTypes: TYPES,
  likeTypes: TYPES,
  conversionTypes: TYPES,
  weights: WEIGHTS,
  segments: SEGMENTS,
  audienceAttributes: NAMES,
  withoutFeatures: NAMES,
  extraFeatures: NAMES,
  tasteSketch: [true, false],
};

function segment(name: string, atLeast: [string, Json][], profile: [string, Json][]): Json {
  return new Members([
    ['name', name],
    ['atLeast', new Members(atLeast)],
    ['profile', new Members(profile)],
  ]);
}

/** @param did gets a word for each edge */
export function settingsEntry(random: SeededRandom, did: string[]): Json {
  switch (random.below(3)) {
    case 0:
      return sample(SCHEMA, random);
    case 1:
      return entry(
        random,
        Object.entries(DEFAULTS).map(([name, value]): [string, Json] => [name, fromPlain(value)]),
      );
    default:
      return entry(random, edges(random, did));
  }
}

function edges(random: SeededRandom, did: string[]): [string, Json][] {
  const names = Object.keys(EDGES);
  return Array.from({ length: 1 + random.below(4) }, (): [string, Json] => {
    const name = random.pick(names);
    did.push(`edge of ${name}`);
    return [name, copyOf(random.pick(EDGES[name]!))];
  });
}

function entry(random: SeededRandom, settings: [string, Json][]): Json {
  return new Members([
    ['kind', 'settings'],
    ['eventId', `settings-${random.below(1e6)}`],
    ['timestamp', Date.UTC(2024, 5, 1) + random.below(1e9)],
    ['version', 1],
    ['settings', new Members(settings)],
  ]);
}
