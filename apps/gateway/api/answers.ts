/** What is answered: the shapes behind the OpenAPI document. Lists come from the actor hosts. */
import { z } from 'zod';

export const degradedSchema = z
  .object({
    reason: z.string().describe('The error code of what failed (docs/errors.md).'),
    source: z
      .enum(['last-list', 'trending', 'as-given', 'empty'])
      .describe('Where the substitute came from.'),
  })
  .describe('Only present when the answer is a substitute; the header Rekappa-Degraded says the same.');

export const ruleLimitReachedSchema = z
  .literal(true)
  .optional()
  .describe(
    'Only present when the business rules had more to evaluate than is allowed: items were left out unseen, or not lifted.',
  );

export const listedItemSchema = z.object({
  itemId: z.string(),
  title: z.string().optional(),
  score: z.number().describe('Predicted click probability, calibrated, where a model scored it.'),
  channel: z.string().describe('The recall channel that found it.'),
  channels: z
    .array(z.string())
    .optional()
    .describe('All channels that found it; not of a substitute made here.'),
  propensity: z.number().describe('Probability with which the policy put it into this place.'),
  reasons: z
    .array(z.object({ feature: z.string(), contribution: z.number() }))
    .describe('The features that moved its score most.'),
  position: z.int().min(1),
  predictedRating: z
    .object({ mean: z.number(), median: z.number() })
    .optional()
    .describe('Where users rate items: what the user would rate it, in their units.'),
});

export const recommendationSchema = z.object({
  recommendationId: z.string().describe('Send it with the impression and the clicks of this list.'),
  modelVersion: z.string(),
  policy: z.string(),
  explored: z.boolean().optional().describe('Whether the order was sampled to explore, instead of sorted.'),
  after: z.object({ requested: z.number(), reached: z.boolean() }),
  position: z.number().describe('Log sequence that the answer reflects.'),
  items: z.array(listedItemSchema),
  ruleLimitReached: ruleLimitReachedSchema,
  degraded: degradedSchema.optional(),
});

const armResultShape = {
  interval: z
    .object({ low: z.number(), high: z.number() })
    .optional()
    .describe('Of the arm’s rate, 95 %; valid at any time. Missing while it is too early.'),
  comparison: z
    .object({
      difference: z.number(),
      standardError: z.number(),
      lift: z.number().describe('Relative.'),
      low: z.number(),
      high: z.number(),
      pValue: z.number(),
    })
    .optional()
    .describe('With the first arm; valid at any time, however often one looks.'),
};

const goalResult = (rate: string) =>
  z.object({
    count: z.number().describe('How many are known; of dwell: of how many clicks somebody told the stay.'),
    rate: z.number().describe(rate),
    ...armResultShape,
  });

export const experimentsSchema = z.object({
  sequence: z.number().describe('FEEDBACK sequence counted.'),
  experiments: z.array(
    z.object({
      experiment: z.string(),
      since: z.number().describe('ms since the Unix epoch.'),
      arms: z.array(
        z.object({
          arm: z.string(),
          impressions: z.number(),
          clicks: z.number(),
          ctr: z.number().describe('Clicks per item shown; `interval` and `comparison` are of it.'),
          ...armResultShape,
          ended: z
            .number()
            .describe('Clicks in lists that have ended: those of which it is known what came.'),
          goals: z
            .object({
              like: goalResult('Likes per item shown.'),
              conversion: goalResult('Conversions per item shown.'),
              dwell: goalResult('Seconds of dwell per item shown, each stay cut at 30.'),
            })
            .describe('What came of clicks.'),
        }),
      ),
    }),
  ),
});

export const ingestedSchema = z.object({
  accepted: z.int().describe('How many the log has acknowledged.'),
  rejected: z
    .array(z.object({ index: z.int(), code: z.string(), message: z.string() }))
    .describe('Which were refused, by their place in the request, from 0, and why.'),
  seq: z
    .int()
    .describe('Greatest log sequence of the accepted ones: give it as `after` to read your own writes.'),
});

export const erasedSchema = z.object({
  users: z.int().describe('Users erased: this one and the visitors that were merged into it.'),
  seq: z.int().describe('Log sequence of the erasure; 0 when nothing was known.'),
  done: z
    .boolean()
    .describe(
      'Whether state, checkpoint, keys and cached lists are destroyed by now. If not, hosts do it from the log; ask again to see it done.',
    ),
  sealed: z
    .boolean()
    .describe(
      'Whether everything that the log has of users is encrypted, so that it went with the key. If not, events may stand in the log in the clear (docs/privacy.md).',
    ),
});

export const changedSchema = z.object({ accepted: z.int(), seq: z.int() });

export const errorSchema = z.object({
  error: z.object({ code: z.string(), message: z.string(), requestId: z.string() }),
});

export type ErasedAnswer = z.infer<typeof erasedSchema>;
export type Degraded = z.infer<typeof degradedSchema>;
export type ListedItem = z.infer<typeof listedItemSchema>;
export type RecommendationAnswer = z.infer<typeof recommendationSchema>;
