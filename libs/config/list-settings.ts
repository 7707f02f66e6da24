/**
 * Settings of `serving` that one list feels alone: arms of experiments and segments of users may change them. Without defaults, for
 * they change what they name.
 */
import { z } from 'zod';
import { channelShares } from './settings-fields.js';

const fraction = z.number().min(0).max(1);
const count = z.number().int().positive();
const inClicks = z.number().min(0).max(10_000);

export const listSettingsSchema = z
  .strictObject({
    policy: z.enum(['plackett-luce', 'epsilon-greedy', 'thompson', 'greedy', 'random']),
    explore: fraction,
    thompsonSpread: z.number().positive(),
    newItemShare: fraction,
    perCategoryMax: count,
    perBrandMax: count,
    perSellerMax: count,
    diversity: z.number().min(0).max(100),
    diversityBy: z.enum(['mmr', 'dpp']),
    freshness: z.number().min(0).max(10),
    freshnessHalfLifeSeconds: z.number().positive(),
    candidates: count,
    candidatesMax: count.max(100_000),
    coarseMax: count,
    recallShares: channelShares,
    likeValue: inClicks,
    conversionValue: inClicks,
    priceValue: inClicks,
    secondValue: inClicks,
  })
  .partial();

export type ListSettings = z.infer<typeof listSettingsSchema>;
