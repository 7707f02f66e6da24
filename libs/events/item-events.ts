/** What happened to the catalogue: the facts of `log.item`. */
import { z } from 'zod';
import { EVENT_VERSION, idSchema, LONE_SURROGATE, timestampSchema } from './user-events.js';

export const CATEGORIES_MAX = 16;
export const TAGS_MAX = 64;
export const EMBEDDING_DIMENSIONS_MAX = 1024;
export const ATTRIBUTES_BYTES_MAX = 16_384;

/** Labels name interests and are stored as UTF-8: no half of a character, no NUL. */
const label = z
  .string()
  .min(1)
  .max(128)
  .refine((text) => !text.includes('\0') && !LONE_SURROGATE.test(text), {
    message: 'must be text without NUL',
  });

/** The fields of an item, all optional: an upsert may replace the item or merge into it. */
export const itemFieldsSchema = z.strictObject({
  title: z.string().max(512).optional(),
  categories: z.array(label).max(CATEGORIES_MAX).optional(),
  tags: z.array(label).max(TAGS_MAX).optional(),
  brand: label.optional(),
  /** In the deployment's one currency. */
  price: z.number().min(0).max(1e9).optional(),
  /** Milliseconds since the Unix epoch; default: when the item was first seen. */
  createdAt: z.int().optional(),
  hidden: z.boolean().optional(),
  /** Free JSON, up to 16 KiB; usable in filters and rules. Numeric ones named `f_*` become features. */
  attributes: z
    .record(z.string().max(64), z.json())
    .refine((a) => Buffer.byteLength(JSON.stringify(a)) <= ATTRIBUTES_BYTES_MAX, {
      message: `at most ${ATTRIBUTES_BYTES_MAX} bytes of JSON`,
    })
    .optional(),
  embedding: z.array(z.number().min(-1e6).max(1e6)).max(EMBEDDING_DIMENSIONS_MAX).optional(),
});

const base = {
  eventId: idSchema,
  itemId: idSchema,
  timestamp: timestampSchema,
  version: z.literal(EVENT_VERSION).default(EVENT_VERSION),
};

export const upsertSchema = z.strictObject({
  kind: z.literal('upsert'),
  ...base,
  /** `replace` sets the whole item (PUT); `merge` changes only the fields given (PATCH). */
  mode: z.enum(['replace', 'merge']).default('replace'),
  fields: itemFieldsSchema,
});
export const hideSchema = z.strictObject({ kind: z.literal('hide'), ...base });
export const deleteSchema = z.strictObject({ kind: z.literal('delete'), ...base });

export type ItemFields = z.infer<typeof itemFieldsSchema>;
export type Upsert = z.infer<typeof upsertSchema>;
export type Hide = z.infer<typeof hideSchema>;
export type Delete = z.infer<typeof deleteSchema>;
export type ItemEvent = Upsert | Hide | Delete;

export const itemEventSchemas = { upsert: upsertSchema, hide: hideSchema, delete: deleteSchema } as const;
