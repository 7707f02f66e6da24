/** What single settings may be: numbers, names, lists and rules as texts of the environment or as values. */
import { z } from 'zod';
import { FOLD_COUNT_MAX, FOLD_SECONDS_MAX, INTERACTION_WEIGHT_MAX } from '#events';
import { EXTRA_FEATURES, FEATURE_GROUPS } from '#features';

export const NAMESPACE = /^[a-z][a-z0-9-]{0,31}$/;
export const port = z.coerce.number().int().min(0).max(65_535);
export const positive = z.coerce.number().positive();
export const fraction = z.coerce.number().min(0).max(1);
export const count = z.coerce.number().int().positive();
export const typeName = z.string().regex(/^[a-z][a-z0-9_-]{0,31}$/);
/** Of the fold: what a host is configured with must be able to stand in the log. */
export const foldCount = count.max(FOLD_COUNT_MAX);
export const foldSeconds = positive.max(FOLD_SECONDS_MAX);
export const typeWeights = z.record(
  typeName,
  z.number().min(-INTERACTION_WEIGHT_MAX).max(INTERACTION_WEIGHT_MAX),
);
export const commaSeparated = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean),
);
export const jsonText = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue('is not valid JSON');
    return z.NEVER;
  }
});

export const worthInClicks = z.coerce.number().min(0).max(10_000).default(0);
export const NEXT_ITEM_VOICES = [
  'covisitation',
  'session',
  'neighbours',
  'factors',
  'labels',
  'kinds',
  'ages',
] as const;
export const nextItemVoices = z.array(z.enum(NEXT_ITEM_VOICES));
export const featureGroups = z.array(z.enum(FEATURE_GROUPS));
export const extraFeatures = z.array(z.enum(EXTRA_FEATURES));
export const typeNames = z.union([z.array(typeName), commaSeparated.pipe(z.array(typeName))]);

/** Unlike `jsonText`, it leaves it to the list's schema to say what is wrong with which entry. */
export function listFromText(value: unknown, context: z.RefinementCtx): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    context.addIssue('is not valid JSON');
    return z.NEVER;
  }
}
/** Several keys may bear one name while one replaces the other. */
export const apiKeys = z.array(
  z.strictObject({
    name: z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    scopes: z.array(z.enum(['read', 'write', 'admin'])).min(1),
    /** The only one it opens, where gateways of several share their list; without it, this deployment's. */
    namespace: z.string().regex(NAMESPACE).optional(),
    /** Of this key at one gateway; without it, no limit of its own. */
    eventsPerSecond: z.number().positive().optional(),
    expiresAt: z.iso.datetime({ offset: true }).optional(),
  }),
);

export const segmentRules = z
  .array(
    z.strictObject({
      name: z.string().regex(/^[a-z][a-z0-9_-]{0,63}$/),
      atLeast: z.record(z.string().regex(/^[a-z][a-z0-9_-]{0,31}$/), z.number().int().positive()).default({}),
      profile: z
        .record(z.string().min(1).max(64), z.union([z.string(), z.number(), z.boolean()]))
        .default({}),
    }),
  )
  .max(64);
const labelWeights = z
  .record(z.string().min(1).max(128), z.number().min(-100).max(100))
  .refine((weights) => Object.keys(weights).length <= 64, { message: 'at most 64 labels' });
export const channelShares = z.record(z.string().regex(/^[a-z][a-z-]{0,31}$/), z.number().min(0).max(1));
export const coldStartRules = z
  .array(
    z
      .strictObject({
        when: z.record(z.string().min(1).max(64), z.union([z.string(), z.number(), z.boolean()])).default({}),
        categories: labelWeights.optional(),
        tags: labelWeights.optional(),
        brands: labelWeights.optional(),
      })
      .refine(({ categories, tags, brands }) => categories ?? tags ?? brands, {
        message: 'a rule names categories, tags or brands and their weights',
      }),
  )
  .max(256);
export const attributeNames = z.array(z.string().min(1).max(64)).max(16);
