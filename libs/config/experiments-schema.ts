/** `experiments`: who gets which arm, and what an arm changes. */
import { z } from 'zod';
import { listSettingsSchema } from './list-settings.js';

const name = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,31}$/);

export const experimentsSchema = z
  .array(
    z.strictObject({
      name,
      /** Another salt shares the users out anew. */
      salt: z.string().max(64).default(''),
      since: z.iso.datetime({ offset: true }),
      effect: z.number().positive().max(1).default(0.01),
      effects: z
        .strictObject({
          like: z.number().positive().max(1),
          conversion: z.number().positive().max(1),
          dwellSeconds: z.number().positive().max(30),
        })
        .partial()
        .optional(),
      arms: z
        .array(
          z.strictObject({
            name,
            weight: z.number().positive().default(1),
            settings: listSettingsSchema.default({}),
          }),
        )
        .min(2)
        .max(8)
        .refine((arms) => new Set(arms.map((arm) => arm.name)).size === arms.length, {
          message: 'arms need names of their own',
        }),
    }),
  )
  .max(16)
  .refine((all) => new Set(all.map((experiment) => experiment.name)).size === all.length, {
    message: 'experiments need names of their own',
  });

export type ConfiguredExperiment = z.infer<typeof experimentsSchema>[number];
