/**
 * What all partitions go by from this place of LOG on: the settings of their fold, written by a host that starts with others than
 * those that stand there. With it a fold of the log needs no other input, whoever folds it and however they are configured.
 *
 * Names that this version does not have come from a later one and are left out; a name that an earlier version did not have is missing.
 */
import { z } from 'zod';
import { EVENT_VERSION, idSchema, INTERACTION_TYPE, timestampSchema } from './user-events.js';

const NAMES_MAX = 1_000;
const type = z.string().regex(INTERACTION_TYPE);
const types = z.array(type).max(NAMES_MAX);
const names = z.array(z.string().max(64)).max(NAMES_MAX);
const count = z.int().positive();
const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** Meanings and defaults: libs/config, `interest`. Times in seconds of event time. */
const foldSettingsSchema = z
  .object({
    attributionSeconds: z.number().positive(),
    halfLifeSeconds: z.number().positive(),
    shortHalfLifeSeconds: z.number().positive(),
    recentMax: count,
    pendingImpressionsMax: count,
    windowEventsMax: count,
    interestsMax: count,
    dedupeSeconds: z.number().positive(),
    dedupeMax: count,
    positiveTypes: types,
    likeTypes: types,
    conversionTypes: types,
    weights: z.record(type, z.number()),
    segments: z
      .array(
        z.object({
          name: z.string().max(64),
          atLeast: z.record(z.string().max(64), z.number()),
          profile: z.record(z.string().max(64), scalar),
        }),
      )
      .max(NAMES_MAX),
    audienceAttributes: names,
    withoutFeatures: names,
    futureSkewSeconds: z.number().min(0),
    tasteSketch: z.boolean(),
  })
  .partial();

export const settingsEventSchema = z.strictObject({
  kind: z.literal('settings'),
  eventId: idSchema,
  timestamp: timestampSchema,
  version: z.literal(EVENT_VERSION).default(EVENT_VERSION),
  settings: foldSettingsSchema,
});

export type SettingsEvent = z.infer<typeof settingsEventSchema>;
