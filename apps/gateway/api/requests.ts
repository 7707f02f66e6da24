/** What may be asked, and its bounds. One door: `checked`. The OpenAPI document is made from these schemas. */
import { z } from 'zod';
import { AppError } from '#kernel';
import {
  checkSchema,
  contextSchema,
  EXCLUDED_MAX,
  filterSchema,
  idSchema,
  RANK_ITEMS_MAX,
  scenarioSchema,
} from '#events';
import { REQUEST_RULES_MAX, ruleProblems, ruleSchema } from '#rules';

export const N_DEFAULT = 10;
export const N_MAX = 100;
const WINDOW_SECONDS_MAX = 30 * 86_400;

export const userIdSchema = idSchema.describe(
  'Any id of 1 to 256 bytes; a user never seen gets a sensible list.',
);
export const itemIdSchema = idSchema;

const n = z.int().min(1).max(N_MAX).default(N_DEFAULT).describe('Length of the list.');
const scenario = scenarioSchema.optional();
const after = z
  .int()
  .min(0)
  .optional()
  .describe(
    'A `seq` of an earlier answer: wait, bounded, until it is visible. The answer says whether it was reached.',
  );

export const requestRulesSchema = z
  .array(ruleSchema)
  .max(REQUEST_RULES_MAX)
  .superRefine((rules, context) => {
    for (const { path, problem } of ruleProblems(rules))
      context.addIssue({ code: 'custom', path: path.split('.'), message: problem });
  })
  .describe('Business rules of this request, beside those of the deployment: docs/rules.md.');

export const recommendRequestSchema = z.strictObject({
  user: userIdSchema,
  n,
  scenario,
  context: contextSchema
    .optional()
    .describe('Scalars about the request; `device` and `hour` become features.'),
  filter: filterSchema.optional(),
  exclude: z
    .array(itemIdSchema)
    .max(EXCLUDED_MAX)
    .optional()
    .describe('Item ids that must not be in the list.'),
  rules: requestRulesSchema.optional(),
  after,
});

/** Numbers in a query string are text; a repeated or empty one is a mistake. */
const fromText = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (typeof value === 'string' && value.trim() !== '' ? Number(value) : value), schema);

export const recommendQuerySchema = z.strictObject({
  user: userIdSchema,
  n: fromText(n),
  scenario,
  after: fromText(after),
});

export const rankRequestSchema = z.strictObject({
  user: userIdSchema,
  items: z.array(itemIdSchema).min(1).max(RANK_ITEMS_MAX).describe('The candidates.'),
  scenario,
  context: contextSchema.optional(),
  after,
});

export const similarQuerySchema = z.strictObject({ n: fromText(n) });
export const trendingQuerySchema = z.strictObject({
  n: fromText(n),
  category: z.string().min(1).max(128).optional().describe('Only items of this category.'),
  segment: z
    .string()
    .min(1)
    .max(128)
    .optional()
    .describe(
      'Only what these people do: a segment (new, normal, potential, high_value or your own), `cluster:3`, or an audience such as `country=NO`.',
    ),
  windowSeconds: fromText(z.number().min(1).max(WINDOW_SECONDS_MAX).optional()).describe(
    'Half-life of popularity, s: 60, 600, 3600, 21600, 86400 or 604800; another takes the next longer. Default: the one that best foretells what people do here.',
  ),
});
export const stateQuerySchema = z.strictObject({ after: fromText(after) });

export type RecommendRequest = z.infer<typeof recommendRequestSchema>;
export type RankRequest = z.infer<typeof rankRequestSchema>;

/** @throws AppError REK_INVALID_REQUEST that names the field */
export function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = checkSchema(schema, value ?? {});
  if (!result.ok) throw new AppError('REK_INVALID_REQUEST', result.problem);
  return result.value;
}
