/**
 * What happened to a user: the facts of `log.user.<p>`, their schemas and their bounds.
 *
 * Past-tense facts, JSON at the edges. Additive changes only; anything else takes a new `version`
 * and an upcaster. `userId` is always the user whose actor folds the event, so it decides the partition.
 */
import { z } from 'zod';
import { ID_BYTES_MAX } from '#kernel';
import { servedRequestSchema } from './list-request.js';

export const EVENT_VERSION = 1;
export const IMPRESSION_ITEMS_MAX = 200;
export const POSITION_MAX = 10_000;
export const CONTEXT_ENTRIES_MAX = 16;
export const PROFILE_ENTRIES_MAX = 32;
export const TEXT_CHARS_MAX = 256;
/** Of an interaction's value, either way. */
export const VALUE_MAX = 1e9;
export const INTERACTION_TYPE = /^[a-z][a-z0-9_-]{0,31}$/;

const utf8Bytes = (text: string): number => Buffer.byteLength(text, 'utf8');

/** Half of a character: it has no UTF-8, so two such ids would meet wherever ids are stored as bytes. */
export const LONE_SURROGATE = /\p{Surrogate}/u;

/** Any 1..256 bytes of UTF-8 without NUL. */
export const idSchema = z
  .string()
  .min(1)
  .refine(
    (id) =>
      (id.length * 3 <= ID_BYTES_MAX || utf8Bytes(id) <= ID_BYTES_MAX) &&
      !id.includes('\0') &&
      !LONE_SURROGATE.test(id),
    {
      message: `must be 1 to ${ID_BYTES_MAX} bytes of UTF-8 without NUL`,
    },
  );

/** Event time, integer milliseconds since the Unix epoch. The edge also bounds it (see `TimestampBounds`). */
export const timestampSchema = z.int().positive();

const scalar = z.union([z.string().max(TEXT_CHARS_MAX), z.number(), z.boolean()]);
const boundedRecord = (entries: number) =>
  z.record(z.string().min(1).max(64), scalar).refine((r) => Object.keys(r).length <= entries, {
    message: `at most ${entries} entries`,
  });

/** Request context: device, country, page... free scalar values; `device` and `hour` become features. */
export const contextSchema = boundedRecord(CONTEXT_ENTRIES_MAX);

/** Name of a user's key: 16 random bytes, base64url. */
export const keyIdSchema = z.string().regex(/^[A-Za-z0-9_-]{22}$/);

const base = {
  eventId: idSchema,
  userId: idSchema,
  timestamp: timestampSchema,
  version: z.literal(EVENT_VERSION).default(EVENT_VERSION),
};

/** Items were shown to the user, in this order. Opens pending feedback for each of them. */
export const impressionSchema = z.strictObject({
  kind: z.literal('impression'),
  ...base,
  /** The list that was shown: a `recommendationId` of ours, or any id of the caller's. */
  recommendationId: idSchema.optional(),
  scenario: z.string().max(64).optional(),
  /** Slots on the page, whether or not all are named here; default: the deepest slot named. */
  depth: z.int().min(1).max(POSITION_MAX).optional(),
  items: z
    .array(
      z.strictObject({
        itemId: idSchema,
        /** 1-based slot on the page; default: its place in the array. */
        position: z.int().min(1).max(POSITION_MAX).optional(),
        /** Probability with which the policy put the item in this slot, if known. */
        propensity: z.number().gt(0).max(1).optional(),
      }),
    )
    .min(1)
    .max(IMPRESSION_ITEMS_MAX),
  context: contextSchema.optional(),
});

/** The user did something with an item. The type's weight comes from the deployment's settings. */
export const interactionSchema = z.strictObject({
  kind: z.literal('interaction'),
  ...base,
  type: z.string().regex(INTERACTION_TYPE),
  itemId: idSchema,
  /** Ties the interaction to one impression; without it the newest pending impression of the item is meant. */
  recommendationId: idSchema.optional(),
  /** Rating value, dwell seconds, ... */
  value: z.number().min(-VALUE_MAX).max(VALUE_MAX).optional(),
  context: contextSchema.optional(),
});

/** What a host answered to a recommendation request. */
export const servedSchema = z.strictObject({
  kind: z.literal('served'),
  ...base,
  recommendationId: idSchema,
  scenario: z.string().max(64),
  policy: z.string().max(64),
  modelVersion: z.string().max(64),
  /** FEEDBACK sequence up to which the model had learnt: with it a replay finds the same scores again. */
  modelSequence: z.int().min(0).optional(),
  /** LOG sequence up to which the user's partition was folded when the list was ranked. */
  stateSequence: z.int().min(0).optional(),
  /** LOG sequence up to which the catalogue was folded then. */
  catalogueSequence: z.int().min(0).optional(),
  /** What was asked for. Missing where the caller named the candidates. */
  request: servedRequestSchema.optional(),
  /** Arms of the experiments that the user takes part in: `experiment:arm`. */
  arms: z.array(z.string().max(80)).max(16).optional(),
  epoch: z.int().min(0),
  items: z
    .array(
      z.strictObject({
        itemId: idSchema,
        position: z.int().min(1),
        score: z.number(),
        channel: z.string().max(32),
        propensity: z.number().gt(0).max(1),
      }),
    )
    .max(IMPRESSION_ITEMS_MAX),
  context: contextSchema.optional(),
});

/** Attributes of the user; a null removes one. `segment` is an ordinary attribute with a meaning. */
export const profileSchema = z.strictObject({
  kind: z.literal('profile'),
  ...base,
  attributes: z
    .record(z.string().min(1).max(64), scalar.nullable())
    .refine((r) => Object.keys(r).length <= PROFILE_ENTRIES_MAX, {
      message: `at most ${PROFILE_ENTRIES_MAX} entries`,
    }),
});

/** The visitor `userId` turned out to be `intoUserId`. Folded by the visitor's actor, which hands itself over. */
export const mergeSchema = z.strictObject({ kind: z.literal('merge'), ...base, intoUserId: idSchema });

/** The other half of a merge, appended by the visitor's owner: `state` is the visitor's actor, base64. */
export const absorbSchema = z.strictObject({
  kind: z.literal('absorb'),
  ...base,
  fromUserId: idSchema,
  state: z.string().max(350_000),
});

/** Forget this user's state. */
export const eraseSchema = z.strictObject({ kind: z.literal('erase'), ...base });

/**
 * Any event of a user, encrypted with that user's key (libs/privacy). What stands in the clear says nothing about the
 * person: `key` is a random name of the key, `eventId` a random nonce, and the partition is that of the subject. A reader opens
 * it, or folds it as nothing once the key is destroyed. `timestamp` and `epoch` are those of the event inside, so that the
 * partition's time and epoch are the same whether it can be opened or not.
 */
export const sealedSchema = z.strictObject({
  kind: z.literal('sealed'),
  /** The nonce: 12 random bytes, base64url. */
  eventId: z.string().regex(/^[A-Za-z0-9_-]{16}$/),
  timestamp: timestampSchema,
  version: z.literal(EVENT_VERSION).default(EVENT_VERSION),
  key: keyIdSchema,
  epoch: z.int().min(0).optional(),
  /** Ciphertext of the event's JSON and its tag, base64. */
  box: z.base64().max(700_000),
});

/**
 * The user whose key this is was erased. Behind it nothing sealed with the key is folded any more, and whoever owns the
 * partition destroys the key with the next checkpoint. It names no user.
 */
export const forgetSchema = z.strictObject({
  kind: z.literal('forget'),
  eventId: idSchema,
  timestamp: timestampSchema,
  version: z.literal(EVENT_VERSION).default(EVENT_VERSION),
  key: keyIdSchema,
});

/**
 * "The time of this partition is now at least `timestamp`", appended by the partition's owner when a
 * deadline is due. It belongs to the partition, not to a user.
 */
export const tickSchema = z.strictObject({
  kind: z.literal('tick'),
  eventId: idSchema,
  timestamp: timestampSchema,
  version: z.literal(EVENT_VERSION).default(EVENT_VERSION),
  epoch: z.int().min(0),
});

export type Impression = z.infer<typeof impressionSchema>;
export type Interaction = z.infer<typeof interactionSchema>;
export type Served = z.infer<typeof servedSchema>;
export type Profile = z.infer<typeof profileSchema>;
export type Merge = z.infer<typeof mergeSchema>;
export type Absorb = z.infer<typeof absorbSchema>;
export type Erase = z.infer<typeof eraseSchema>;
export type Sealed = z.infer<typeof sealedSchema>;
export type Forget = z.infer<typeof forgetSchema>;
export type Tick = z.infer<typeof tickSchema>;
export type Context = z.infer<typeof contextSchema>;

/** Events that a user's actor folds. */
export type UserEvent = Impression | Interaction | Served | Profile | Merge | Absorb | Erase;
/** Everything that may stand in `log.user.<p>`. */
export type PartitionEvent = UserEvent | Sealed | Forget | Tick;

/** Kinds a client may publish; the others are written by hosts only. */
export const PUBLIC_KINDS = ['impression', 'interaction', 'profile', 'merge'] as const;

export const partitionEventSchemas = {
  impression: impressionSchema,
  interaction: interactionSchema,
  served: servedSchema,
  profile: profileSchema,
  merge: mergeSchema,
  absorb: absorbSchema,
  erase: eraseSchema,
  sealed: sealedSchema,
  forget: forgetSchema,
  tick: tickSchema,
} as const;

/** Default interaction types and their weights; negative ones express dislike. A deployment adds its own. */
export const DEFAULT_INTERACTION_WEIGHTS: Readonly<Record<string, number>> = {
  view: 0.5,
  click: 1,
  dwell: 1,
  like: 2,
  share: 3,
  cart: 3,
  purchase: 5,
  rating: 1,
  skip: -0.3,
  dislike: -2,
};
