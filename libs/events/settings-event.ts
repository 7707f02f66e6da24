/**
 * What all partitions go by from this place of LOG on: the settings of their fold, written by a host that starts with others than
 * those that stand there. With it a fold of the log needs no other input, whoever folds it and however they are configured.
 *
 * Names that this version does not have come from a later one and are left out; a name that an earlier version did not have is missing.
 */
import { z } from 'zod';
import { EVENT_VERSION, idSchema, INTERACTION_TYPE, timestampSchema } from './user-events.js';

/** Of what is kept of a user, by number: with more, one entry could take a host's memory. */
export const FOLD_COUNT_MAX = 65_536;
/** Times of the fold, s: three centuries. In milliseconds such a time is a whole number still. */
export const FOLD_SECONDS_MAX = 1e10;
/** Of an interaction, in either direction. */
export const INTERACTION_WEIGHT_MAX = 1_000;

const NAMES_MAX = 1_000;
const type = z.string().regex(INTERACTION_TYPE);
const types = z.array(type).max(NAMES_MAX);
const names = z.array(z.string().max(64)).max(NAMES_MAX);
const count = z.int().positive().max(FOLD_COUNT_MAX);
const seconds = z.number().positive().max(FOLD_SECONDS_MAX);
const weight = z.number().min(-INTERACTION_WEIGHT_MAX).max(INTERACTION_WEIGHT_MAX);
const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** Meanings and defaults: libs/config, `interest`. Times in seconds of event time. */
const foldSettingsSchema = z
  .object({
    attributionSeconds: seconds,
    halfLifeSeconds: seconds,
    shortHalfLifeSeconds: seconds,
    recentMax: count,
    pendingImpressionsMax: count,
    windowEventsMax: count,
    interestsMax: count,
    dedupeSeconds: seconds,
    dedupeMax: count,
    positiveTypes: types,
    likeTypes: types,
    conversionTypes: types,
    weights: z.record(type, weight),
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
    extraFeatures: names,
    futureSkewSeconds: z.number().min(0).max(FOLD_SECONDS_MAX),
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
