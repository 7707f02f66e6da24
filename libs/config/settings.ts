/**
 * Every setting of every app: one schema, one place. Units stand last in the names.
 * Environment variable = REKAPPA_ + the path in upper snake case (`ftrl.alpha` → REKAPPA_FTRL_ALPHA),
 * except the well-known NATS_URL, DATABASE_URL, REDIS_URL, PORT.
 * `.env.example` and docs/configuration.md are made from it.
 */
import { z } from 'zod';
import { DEFAULT_INTERACTION_WEIGHTS } from '#events';
import { EXTRA_FEATURES, FEATURE_GROUPS } from '#features';
import { experimentsSchema } from './experiments-schema.js';
import { privacySchema } from './privacy-schema.js';
import { servingSettings } from './serving-settings.js';
import {
  apiKeys,
  attributeNames,
  commaSeparated,
  count,
  foldCount,
  foldSeconds,
  extraFeatures,
  featureGroups,
  fraction,
  jsonText,
  listFromText,
  NAMESPACE,
  NEXT_ITEM_VOICES,
  nextItemVoices,
  port,
  positive,
  segmentRules,
  typeName,
  typeNames,
  typeWeights,
} from './settings-fields.js';

export const settingsSchema = z.strictObject({
  namespace: z
    .string()
    .regex(NAMESPACE)
    .default('default')
    .describe(
      'Prefixes streams, subjects, cache keys and table rows, so that applications can share one deployment.',
    ),
  natsUrl: z
    .string()
    .default('nats://127.0.0.1:4222')
    .describe('Comma-separated NATS servers with JetStream.'),
  databaseUrl: z
    .string()
    .default('postgres://postgres:postgres@127.0.0.1:5432/rekappa')
    .describe('Postgres for snapshots and checkpoints.'),
  redisUrl: z.string().default('').describe('Redis for the shared cache; empty: an in-process cache.'),
  logLevel: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('pino level.'),
  http: z
    .strictObject({
      host: z.string().default('127.0.0.1').describe('Interface the HTTP servers listen on.'),
      port: port.default(8080).describe('Gateway port; 0 takes a free one.'),
      metricsPort: port
        .default(0)
        .describe('Port of /metrics and /health on actors and learner; 0 takes a free one.'),
      bodyBytesMax: count.default(1_048_576).describe('Largest request body, bytes.'),
      eventsMax: count.max(10_000).default(1_000).describe('Most events in one request.'),
      inFlightMax: count
        .default(1_000)
        .describe('Most requests a gateway works on at once; more is refused with 429.'),
      apiKeys: z
        .union([apiKeys, jsonText.pipe(apiKeys)])
        .default([])
        .describe(
          'JSON list of keys that may call: {name, sha256, scopes: read | write | admin, namespace?, eventsPerSecond?, expiresAt?}; `rekappa key` makes one. Empty: everybody may.',
        ),
      corsOrigins: z
        .union([z.array(z.string()), commaSeparated])
        .default([])
        .describe('Origins whose pages may call the gateway from a browser; * for all; empty: none.'),
      tlsCertFile: z.string().default('').describe('Certificate (PEM) to serve HTTPS with; empty: HTTP.'),
      tlsKeyFile: z.string().default('').describe('Its private key (PEM).'),
    })
    .prefault({}),
  log: z
    .strictObject({
      partitions: count
        .max(1024)
        .default(16)
        .describe('Partitions of the log; fixed when the stream is created and checked at every start.'),
      replicas: count
        .max(5)
        .default(1)
        .describe('JetStream replicas of each stream; fixed when the streams are created.'),
      compression: z
        .enum(['none', 's2'])
        .default('none')
        .describe(
          'How JetStream stores the log and its feedback; fixed when the streams are created. s2 wants NATS 2.10 or newer, and takes two fifths of the disk.',
        ),
      packMs: z.coerce
        .number()
        .min(0)
        .max(1_000)
        .default(2)
        .describe('How long the gateway collects events of a partition into one frame, ms.'),
      ackTimeoutMs: positive.default(5_000).describe('How long to wait for a JetStream acknowledgement, ms.'),
      inFlightMax: count
        .default(1_024)
        .describe('Most unacknowledged frames of one publisher; more is refused with 429.'),
      embeddingDimensions: z.coerce
        .number()
        .int()
        .min(0)
        .max(1024)
        .default(0)
        .describe('Length that item embeddings must have at the edge; 0: any.'),
      futureSkewSeconds: foldSeconds
        .default(300)
        .describe('Event times further ahead than this are refused at the edge and clipped in the fold, s.'),
    })
    .prefault({}),
  privacy: privacySchema,
  actors: z
    .strictObject({
      hostId: z
        .string()
        .default('')
        .describe('Name of this host; empty: made from host name and process id.'),
      leaseMs: positive
        .default(4_000)
        .describe('Time to live of a partition lease, ms; a dead host’s partitions move within twice this.'),
      checkpointMs: positive.default(5_000).describe('Time between checkpoints of a partition, ms.'),
      residentBytesMax: count
        .default(400_000_000)
        .describe(
          'Memory budget of resident actors, bytes; from a quarter of it on those not in use are packed, beyond it the idle ones are passivated.',
        ),
      idleSeconds: positive.default(900).describe('An actor idle for this long is passivated, s.'),
      mailboxMax: count
        .default(256)
        .describe('Most requests waiting for one actor; more is refused with 429.'),
      afterWaitMs: positive.default(2_000).describe('Longest wait for `after=<seq>`, ms.'),
      tickMs: positive.default(1_000).describe('How often the owner looks for due deadlines, ms.'),
    })
    .prefault({}),
  interest: z
    .strictObject({
      attributionSeconds: foldSeconds
        .default(1_800)
        .describe('A click counts for an impression up to this much later in event time, s.'),
      halfLifeSeconds: foldSeconds
        .default(86_400)
        .describe('Half-life of decayed interests, s of event time.'),
      shortHalfLifeSeconds: foldSeconds
        .default(900)
        .describe('Half-life of the short-term interests, s of event time.'),
      recentMax: foldCount.default(50).describe('Recent interactions kept per user.'),
      pendingImpressionsMax: foldCount
        .default(32)
        .describe('Open impressions per user; the oldest beyond end early.'),
      windowEventsMax: foldCount.default(256).describe('Actions kept per user for the sliding windows.'),
      interestsMax: foldCount
        .default(256)
        .describe('Decayed interests kept per user, about 30 bytes each; the weakest go first.'),
      dedupeSeconds: foldSeconds.default(604_800).describe('Horizon of event id dedupe, s of event time.'),
      dedupeMax: foldCount.default(2_048).describe('Most event ids remembered per user.'),
      positiveTypes: z
        .union([z.array(typeName).min(1), commaSeparated.pipe(z.array(typeName).min(1))])
        .default(['click', 'like', 'cart', 'purchase', 'share'])
        .describe('Interaction types that close an impression as a positive.'),
      likeTypes: typeNames
        .default(['like', 'share'])
        .describe('Interaction types that count as a like of what was clicked: a goal beside the click.'),
      conversionTypes: typeNames
        .default(['cart', 'purchase'])
        .describe(
          'Interaction types that count as a conversion of what was clicked: a goal beside the click.',
        ),
      weights: z
        .union([typeWeights, jsonText.pipe(typeWeights)])
        .default({})
        .transform((own) => ({ ...DEFAULT_INTERACTION_WEIGHTS, ...own }))
        .describe('JSON object of interaction types and weights, added to the default ones.'),
      segments: z
        .union([segmentRules, jsonText.pipe(segmentRules)])
        .default([
          { name: 'high_value', atLeast: { purchase: 51 }, profile: {} },
          { name: 'potential', atLeast: { interactions: 201 }, profile: {} },
        ])
        .describe(
          'JSON list of segments by rule, first match first: name, `atLeast` (lifetime counts by type, or `interactions`), `profile` (attributes that must be equal).',
        ),
      audienceAttributes: z
        .union([attributeNames, commaSeparated.pipe(attributeNames)])
        .default(['country', 'language', 'age_band', 'gender', 'device'])
        .describe(
          'Attributes of profile or context whose values have trends of their own, for users who are not known yet; the first four that are there count.',
        ),
      withoutFeatures: z
        .union([featureGroups, commaSeparated.pipe(featureGroups)])
        .default([])
        .describe(
          `Features left out, in learning and in ranking: ${FEATURE_GROUPS.join(', ')}. ` +
            '`rekappa evaluate --ablate` says what each adds.',
        ),
      extraFeatures: z
        .union([extraFeatures, commaSeparated.pipe(extraFeatures)])
        .default([])
        .describe(
          `Features that are off unless asked for, in learning and in ranking: ${EXTRA_FEATURES.join(', ')}.`,
        ),
    })
    .prefault({}),
  model: z
    .strictObject({
      name: z
        .string()
        .regex(/^[a-z][a-z0-9-]{0,31}$/)
        .default('main')
        .describe('Name of the live model.'),
      bits: z.coerce.number().int().min(10).max(26).default(21).describe('log2 of the weight slots.'),
      noClickWeight: positive
        .max(1)
        .default(0.1)
        .describe('Sample weight of an implicit negative; predictions are recalibrated for it.'),
      seed: z.coerce.number().int().default(20_240_601).describe('Seed of the hashed initialisation.'),
      clusters: z.coerce
        .number()
        .int()
        .min(0)
        .max(64)
        .default(0)
        .describe('Clusters of users by taste, found online, such as 16; 0: none.'),
      holdSeconds: z.coerce
        .number()
        .min(0)
        .max(86_400)
        .default(10)
        .describe(
          'How long a list that was shown waits for its first click before it is learnt, s of event time.',
        ),
      withoutSignals: z
        .union([nextItemVoices, commaSeparated.pipe(nextItemVoices)])
        .default([])
        .describe(`What the next item is found without: ${NEXT_ITEM_VOICES.join(', ')}.`),
    })
    .prefault({}),
  debias: z
    .strictObject({
      method: z
        .enum(['none', 'feature', 'weight', 'posterior'])
        .default('feature')
        .describe(
          'How learning takes the slot into account: not at all, as a feature of training samples, by the inverse of its examination, or by the chance that an unclicked item was not looked at.',
        ),
      weightMax: positive.min(1).default(10).describe('Where the inverse of examination is cut.'),
      ctr: z
        .enum(['shown', 'examined'])
        .default('examined')
        .describe(
          'An item’s CTR counts impressions as shown, or by the chance that their slot is looked at.',
        ),
    })
    .prefault({}),
  ftrl: z
    .strictObject({
      alpha: positive.default(0.03).describe('Learning rate α.'),
      beta: positive.default(1).describe('Learning rate β.'),
      l1: z.coerce.number().min(0).default(0.1).describe('λ1: sparsity.'),
      l2: z.coerce.number().min(0).default(1).describe('λ2.'),
    })
    .prefault({}),
  fm: z
    .strictObject({
      factors: z.coerce.number().int().min(2).max(64).default(8).describe('Latent dimensions k.'),
      alpha: positive.default(0.02).describe('Step size of AdaGrad.'),
      l2: z.coerce.number().min(0).default(1e-5).describe('L2 on weights and factors.'),
      initScale: positive.default(0.01).describe('Standard deviation of the initial factors.'),
      distillation: fraction
        .default(0)
        .describe('Share of the blend’s own prediction in what the factorisation machine learns.'),
    })
    .prefault({}),
  olr: z
    .strictObject({
      alpha: positive.default(0.05).describe('Step size, decayed with 1/√t.'),
    })
    .prefault({}),
  learner: z
    .strictObject({
      deltaMs: positive.default(200).describe('Time between weight deltas, ms.'),
      snapshotSeconds: positive
        .default(30)
        .describe(
          'Most time between snapshots, s; with a large model a hundred times as long as capturing one takes, if that is more.',
        ),
      snapshotSamples: count.default(100_000).describe('Most samples between snapshots.'),
      relearnSeconds: positive
        .default(5)
        .describe('Most learning between snapshots, s: what a crash makes the learner learn again.'),
      snapshotsKept: count.default(5).describe('Snapshots kept per model.'),
      metricsWindow: count.default(10_000).describe('Samples of the windowed progressive metrics.'),
    })
    .prefault({}),
  experiments: z
    .preprocess(listFromText, experimentsSchema)
    .default([])
    .describe(
      'JSON list of experiments, {name, salt?, since, effect?, effects?, arms}: docs/experiments.md.',
    ),
  serving: servingSettings,
});

export type Settings = z.infer<typeof settingsSchema>;
export type InterestSettings = Settings['interest'];
export type { z };
