/** `serving`: how a list is found, ordered and cached. */
import { z } from 'zod';
import { rulesSchema } from '#rules';
import { listSettingsSchema } from './list-settings.js';
import {
  channelShares,
  coldStartRules,
  count,
  fraction,
  jsonText,
  listFromText,
  positive,
  worthInClicks,
} from './settings-fields.js';

const SEGMENTS_MAX = 100;
/** As segments are named by rules or by a profile's own attribute. */
const segmentSettings = z
  .record(z.string().min(1).max(64), listSettingsSchema)
  .refine((all) => Object.keys(all).length <= SEGMENTS_MAX, { message: `at most ${SEGMENTS_MAX} segments` });

export const servingSettings = z
  .strictObject({
    candidates: count
      .default(200)
      .describe(
        'Candidates that recall looks for; 20 for each item wanted, if that is more. Channels find 1.45 times as many, within candidatesMax.',
      ),
    candidatesMax: count
      .max(100_000)
      .default(500)
      .describe('Most candidates of a list, all channels together.'),
    coarseMax: count
      .default(80)
      .describe('Candidates after the coarse rank; twice the items wanted, if that is more.'),
    policy: z
      .enum(['plackett-luce', 'epsilon-greedy', 'thompson', 'greedy', 'random'])
      .default('plackett-luce')
      .describe('How a list explores; docs/recommendations.md has them.'),
    explore: fraction
      .default(0.05)
      .describe(
        'ε: plackett-luce samples the order of this share of the lists, epsilon-greedy draws this share of the slots.',
      ),
    thompsonSpread: positive
      .default(1)
      .describe('thompson: the standard deviations of the scores times this.'),
    newItemShare: fraction
      .default(0.1)
      .describe(
        'Share of a list that items without evidence are sure of, the least shown first; more only if they win places by score.',
      ),
    recallShares: z
      .union([channelShares, jsonText.pipe(channelShares)])
      .default({})
      .describe(
        'JSON object of recall channels and their shares of the candidates, where they differ from the usual ones (docs/recommendations.md); 0: off.',
      ),
    coldStart: z
      .union([coldStartRules, jsonText.pipe(coldStartRules)])
      .default([])
      .describe(
        'JSON list of what is assumed of users below 5 interactions: `when` (attributes of context or profile that must be equal) and weights of `categories`, `tags`, `brands`.',
      ),
    newItemImpressions: count
      .default(20)
      .describe('An item shown less often than this has no evidence yet, and is new.'),
    perCategoryMax: count.default(4).describe('Most items of one category among any ten.'),
    perBrandMax: count.default(10).describe('Most items of one brand among any ten; 10: as many as win.'),
    perSellerMax: count.default(10).describe('Most items of one seller among any ten; 10: as many as win.'),
    sellerAttribute: z
      .string()
      .max(64)
      .default('')
      .describe('The item attribute that names its seller; empty: items have none.'),
    diversity: z.coerce
      .number()
      .min(0)
      .max(100)
      .default(0)
      .describe('Log-odds that an item loses for each unit of redundancy with those above it in the list.'),
    diversityBy: z
      .enum(['mmr', 'dpp'])
      .default('mmr')
      .describe('What redundancy is: the greatest similarity above (mmr), or what those above span (dpp).'),
    freshness: z.coerce
      .number()
      .min(0)
      .max(10)
      .default(0)
      .describe('Log-odds that an item gains at age 0; half as many with every half-life.'),
    freshnessHalfLifeSeconds: positive.default(86_400).describe('Half-life of freshness, s.'),
    likeValue: worthInClicks.describe(
      'What a like after a click is worth, in clicks; 0: likes do not move the order.',
    ),
    conversionValue: worthInClicks.describe(
      'What a conversion (cart, purchase) after a click is worth, in clicks; 0: they do not move the order.',
    ),
    priceValue: worthInClicks.describe(
      'What a unit of its price is worth, in clicks, where an item converts after a click; 0: a conversion counts the same at any price.',
    ),
    secondValue: worthInClicks.describe(
      'What a second of dwell after a click is worth, in clicks; of at most 30.',
    ),
    bySegment: z
      .union([segmentSettings, jsonText.pipe(segmentSettings)])
      .default({})
      .describe(
        'JSON object of segments of users and what differs for them, by the names of these settings: docs/recommendations.md.',
      ),
    rules: z
      .preprocess(listFromText, rulesSchema)
      .default([])
      .meta({ type: 'array' })
      .describe('JSON list of business rules, {name, when?, filter or boost}: docs/rules.md.'),
    timeoutMs: positive.default(1_000).describe('Deadline of a recommendation request, ms.'),
    cacheBytesMax: count.default(67_108_864).describe('Bound of the in-process cache, bytes.'),
    cacheSeconds: positive
      .default(3_600)
      .describe('How long a user’s last list is kept for degraded answers, s.'),
  })
  .prefault({});
