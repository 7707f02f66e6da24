/** What a caller can ask of a list; with what was served it is written down, so that a replay can ask the same. */
import { z } from 'zod';

/** Most items of one list. */
export const LIST_ITEMS_MAX = 200;
/** Excluded items that are written down; a list whose request names more says that it is known in part only. */
export const EXCLUDED_LOGGED_MAX = 200;
const LABELS_MAX = 100;
const ATTRIBUTES_MAX = 16;

const labels = z.array(z.string().min(1).max(128)).max(LABELS_MAX).optional();

/** Every condition given must hold. */
export const filterSchema = z.strictObject({
  /** In one of them. */
  categories: labels,
  excludeCategories: labels,
  /** With one of them. */
  tags: labels,
  brands: labels,
  priceMin: z.number().min(0).optional(),
  priceMax: z.number().min(0).optional(),
  /** With these attributes, exactly. */
  attributes: z
    .record(z.string().min(1).max(64), z.union([z.string(), z.number(), z.boolean()]))
    .refine((wanted) => Object.keys(wanted).length <= ATTRIBUTES_MAX, {
      message: `at most ${ATTRIBUTES_MAX} attributes`,
    })
    .optional(),
});

/** Beside scenario and context, which stand in the event itself. */
export const servedRequestSchema = z.strictObject({
  n: z.int().min(1).max(LIST_ITEMS_MAX),
  filter: filterSchema.optional(),
  exclude: z.array(z.string().min(1)).max(EXCLUDED_LOGGED_MAX).optional(),
  /** The request held more than is written here: rules of its own, or more excluded items. */
  partial: z.literal(true).optional(),
});

export type ServedRequest = z.infer<typeof servedRequestSchema>;
