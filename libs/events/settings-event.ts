/**
 * What all partitions go by from this place of LOG on: the settings of their fold, written by a host that starts with others than
 * those that stand there. With it a fold of the log needs no other input, whoever folds it and however they are configured.
 */
import { z } from 'zod';
import { EVENT_VERSION, idSchema, timestampSchema } from './user-events.js';

export const SETTINGS_BYTES_MAX = 65_536;

export const settingsEventSchema = z.strictObject({
  kind: z.literal('settings'),
  eventId: idSchema,
  timestamp: timestampSchema,
  version: z.literal(EVENT_VERSION).default(EVENT_VERSION),
  /** All of them, by name. What they may be is libs/interest's to say. */
  settings: z
    .record(z.string().max(64), z.json())
    .refine((settings) => Buffer.byteLength(JSON.stringify(settings)) <= SETTINGS_BYTES_MAX, {
      message: `at most ${SETTINGS_BYTES_MAX} bytes of JSON`,
    }),
});

export type SettingsEvent = z.infer<typeof settingsEventSchema>;
