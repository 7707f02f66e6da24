/** What a caller can ask of a list; with what was served it is written down, so that a replay can ask the same. */
import { z } from 'zod';

/** Most items of one list. */
export const LIST_ITEMS_MAX = 200;
/** Most candidates of a caller's own. */
export const RANK_ITEMS_MAX = 1_000;
/** Most items that a request excludes. */
export const EXCLUDED_MAX = 1_000;
/** Of these, how many are written down; a list whose request names more says that it is known in part only. */
export const EXCLUDED_LOGGED_MAX = 200;
const LABELS_MAX = 100;
const ATTRIBUTES_MAX = 16;
const ATTRIBUTE_CHARS_MAX = 256;

export const scenarioSchema = z
  .string()
  .min(1)
  .max(64)
  .describe('Where the list is shown, such as home or cart; free text.');

const labels = z.array(z.string().min(1).max(128)).max(LABELS_MAX).optional();
const price = z.number().min(0).optional();
const attributes = z
  .record(z.string().min(1).max(64), z.union([z.string().max(ATTRIBUTE_CHARS_MAX), z.number(), z.boolean()]))
  .refine((wanted) => Object.keys(wanted).length <= ATTRIBUTES_MAX, {
    message: `at most ${ATTRIBUTES_MAX} attributes`,
  })
  .meta({ maxProperties: ATTRIBUTES_MAX })
  .optional();

export const filterSchema = z
  .strictObject({
    categories: labels.describe('In at least one of these.'),
    excludeCategories: labels.describe('In none of these.'),
    tags: labels.describe('With at least one of these.'),
    brands: labels.describe('Of one of these.'),
    priceMin: price,
    priceMax: price,
    attributes: attributes.describe(`With attributes equal to these, at most ${ATTRIBUTES_MAX}.`),
  })
  .describe('All that are given must hold.');

/** Beside scenario and context, which stand in the event itself. */
export const servedRequestSchema = z.strictObject({
  n: z.int().min(1).max(LIST_ITEMS_MAX),
  filter: filterSchema.optional(),
  exclude: z.array(z.string().min(1)).max(EXCLUDED_LOGGED_MAX).optional(),
  /** The request held more than is written here: rules of its own, or more excluded items. */
  partial: z.literal(true).optional(),
});

export type ServedRequest = z.infer<typeof servedRequestSchema>;
