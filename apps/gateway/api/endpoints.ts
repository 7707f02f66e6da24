/** Every endpoint in words, with examples that work when pasted. Shapes: requests.ts, answers.ts and the event schemas. */
import { z } from 'zod';
import {
  impressionSchema,
  interactionSchema,
  itemFieldsSchema,
  mergeSchema,
  profileSchema,
  upsertSchema,
} from '#events';
import {
  changedSchema,
  erasedSchema,
  experimentsSchema,
  ingestedSchema,
  listedItemSchema,
  recommendationSchema,
  ruleLimitReachedSchema,
} from './answers.js';
import type { Endpoint } from './documented.js';
import { statusSchema } from './status-answer.js';
import {
  rankRequestSchema,
  recommendQuerySchema,
  recommendRequestSchema,
  similarQuerySchema,
  stateQuerySchema,
  trendingQuerySchema,
} from './requests.js';

const filledIn = { eventId: true, timestamp: true } as const;
const oneEvent = z.discriminatedUnion('kind', [
  impressionSchema.partial(filledIn),
  interactionSchema.partial(filledIn),
  profileSchema.partial(filledIn),
  mergeSchema.partial(filledIn),
]);
const oneItem = itemFieldsSchema.extend({
  id: z.string(),
  mode: upsertSchema.shape.mode,
  eventId: z.string().optional(),
  timestamp: z.int().optional(),
});

const TRY_AGAIN = {
  429: 'Too much at once (REK_OVERLOADED): retry after `Retry-After`.',
  503: 'The log, or the host, does not answer: retry the same request after `Retry-After`.',
};
const CHANGE = { status: 202, description: 'The log has acknowledged the change.', schema: changedSchema };
const LIST = {
  status: 200,
  description: 'A list; never an error while something can be shown.',
  schema: recommendationSchema,
};

export const EVENTS_ENDPOINT: Endpoint = {
  tag: 'events',
  scope: 'write',
  summary: 'Publish what happened',
  description:
    'One event, an array of them, or one a line (application/x-ndjson); at most 1,000 events and 1 MiB. Answered when the log has acknowledged. ' +
    'Give each event an `eventId` of your own: a re-sent id changes nothing, so that a request without an answer can be sent again. ' +
    'Without one the server makes an id, and a retry then counts twice. `timestamp` is the event time in ms since 1970; default: now.',
  body: {
    schema: z.union([oneEvent, z.array(oneEvent)]),
    example: [{ kind: 'interaction', type: 'click', userId: 'ada', itemId: 'book-1', eventId: 'click-0001' }],
    alsoNdjson: true,
  },
  answer: {
    status: 202,
    description: 'The good ones are in the log; the bad ones are named.',
    schema: ingestedSchema,
  },
  errors: {
    400: 'All were refused (same body as 202), or the body cannot be read.',
    413: 'Over 1 MiB or 1,000 events.',
    415: 'Another content type.',
    ...TRY_AGAIN,
  },
};

export const ITEMS_ENDPOINT: Endpoint = {
  tag: 'items',
  scope: 'write',
  summary: 'Replace many items',
  description:
    'One item, an array, or one a line (application/x-ndjson): `{id, ...fields}`; each replaces the item as PUT does, or changes it as PATCH does with `mode: "merge"`. With an `eventId`, sending it again changes nothing.',
  body: {
    schema: z.union([oneItem, z.array(oneItem)]),
    example: [{ id: 'book-1', title: 'The Hobbit', categories: ['fantasy'], price: 9.5 }],
    alsoNdjson: true,
  },
  answer: {
    status: 202,
    description: 'The good ones are in the log; the bad ones are named.',
    schema: ingestedSchema,
  },
  errors: {
    400: 'All were refused (same body as 202), or the body cannot be read.',
    413: 'Over 1 MiB or 1,000 items.',
    ...TRY_AGAIN,
  },
};

export const ITEM_PUT_ENDPOINT: Endpoint = {
  tag: 'items',
  scope: 'write',
  summary: 'Set an item',
  description: 'Replaces the whole item; fields that are left out are gone. It can be recommended at once.',
  path: { id: 'book-1' },
  body: {
    schema: itemFieldsSchema,
    example: {
      title: 'The Hobbit',
      categories: ['fantasy'],
      tags: ['classic'],
      brand: 'Tolkien',
      price: 9.5,
    },
  },
  answer: CHANGE,
  errors: { 400: 'A field is not as it must be (REK_INVALID_ITEM).', ...TRY_AGAIN },
};

export const ITEM_PATCH_ENDPOINT: Endpoint = {
  tag: 'items',
  scope: 'write',
  summary: 'Change fields of an item',
  description:
    'Only the fields given change. `{"hidden": true}` takes the item out of all lists, and false puts it back.',
  path: { id: 'book-1' },
  body: { schema: itemFieldsSchema, example: { price: 8 } },
  answer: CHANGE,
  errors: { 400: 'A field is not as it must be (REK_INVALID_ITEM).', ...TRY_AGAIN },
};

export const ITEM_DELETE_ENDPOINT: Endpoint = {
  tag: 'items',
  scope: 'write',
  summary: 'Delete an item',
  description: 'It leaves all lists. Deleting what is not there is accepted too.',
  path: { id: 'book-1' },
  answer: CHANGE,
  errors: TRY_AGAIN,
};

export const ITEM_GET_ENDPOINT: Endpoint = {
  tag: 'items',
  scope: 'read',
  summary: 'An item as the hosts know it',
  path: { id: 'book-1' },
  answer: {
    status: 200,
    description: 'The item.',
    schema: z.object({ item: itemFieldsSchema.extend({ id: z.string() }) }),
  },
  errors: { 404: 'No such item (REK_UNKNOWN_ITEM).', ...TRY_AGAIN },
};

export const SIMILAR_ENDPOINT: Endpoint = {
  tag: 'items',
  scope: 'read',
  summary: 'Items like this one',
  description: 'By co-visitation, filled up by content.',
  path: { id: 'book-1' },
  query: similarQuerySchema,
  queryExample: { n: 5 },
  answer: {
    status: 200,
    description: 'The most similar first.',
    schema: z.looseObject({
      items: z.array(listedItemSchema.partial()),
      ruleLimitReached: ruleLimitReachedSchema,
    }),
  },
  errors: { 404: 'No such item (REK_UNKNOWN_ITEM).', ...TRY_AGAIN },
};

export const TRENDING_ENDPOINT: Endpoint = {
  tag: 'items',
  scope: 'read',
  summary: 'What is trending',
  query: trendingQuerySchema,
  queryExample: { n: 5 },
  answer: {
    status: 200,
    description: 'The strongest first.',
    schema: z.looseObject({
      windowSeconds: z.number().optional().describe('Half-life of the popularity that ranked them, s.'),
      items: z.array(listedItemSchema.partial()),
      ruleLimitReached: ruleLimitReachedSchema,
    }),
  },
  errors: TRY_AGAIN,
};

export const STATUS_ENDPOINT: Endpoint = {
  tag: 'status',
  scope: 'read',
  summary: 'How the system stands',
  description:
    'What the dashboard shows: log, hosts, learner and the gateway that answers. Gathered at most once a second, whoever asks; what does not answer in time is named in `missing`.',
  answer: {
    status: 200,
    description: 'What answered; never an error for what did not.',
    schema: statusSchema,
  },
};

export const EXPERIMENTS_ENDPOINT: Endpoint = {
  tag: 'experiments',
  scope: 'read',
  summary: 'Live results of the experiments',
  description: 'Intervals and p values hold at any time, however often one looks (docs/experiments.md).',
  answer: { status: 200, description: 'Arm by arm.', schema: experimentsSchema },
  errors: { 503: 'No learner answers (REK_NOT_READY).' },
};

export const RECOMMEND_GET_ENDPOINT: Endpoint = {
  tag: 'recommendations',
  scope: 'read',
  summary: 'Recommend items to a user',
  description:
    'When the user’s host cannot answer in time, the user’s last list or what is trending is answered, and `degraded` says so.',
  query: recommendQuerySchema,
  queryExample: { user: 'ada', n: 5 },
  answer: LIST,
  errors: { 400: 'A parameter is missing or out of range (REK_INVALID_REQUEST).', 429: TRY_AGAIN[429] },
};

export const RECOMMEND_ENDPOINT: Endpoint = {
  tag: 'recommendations',
  summary: 'Recommend, with context, filter, exclusions and rules',
  scope: 'read',
  body: {
    schema: recommendRequestSchema,
    example: {
      user: 'ada',
      n: 5,
      context: { device: 'phone' },
      filter: { categories: ['fantasy'], priceMax: 20 },
      exclude: ['book-2'],
      rules: [{ name: 'recent', boost: 'item.ageSeconds < 604800 ? 1.5 : 1.0' }],
    },
  },
  answer: LIST,
  errors: { 400: 'A field is missing or out of range (REK_INVALID_REQUEST).', 429: TRY_AGAIN[429] },
};

export const RANK_ENDPOINT: Endpoint = {
  tag: 'recommendations',
  scope: 'read',
  summary: 'Rank candidates of your own',
  description:
    'Same score and policy as a recommendation, freshness and cold-start rules included; no filters, caps, variety or share for new items. Without a host the candidates come back in the order given, and `degraded` says so.',
  body: { schema: rankRequestSchema, example: { user: 'ada', items: ['book-1', 'book-2', 'book-3'] } },
  answer: LIST,
  errors: { 400: 'A field is missing or out of range (REK_INVALID_REQUEST).', 429: TRY_AGAIN[429] },
};

export const USER_STATE_ENDPOINT: Endpoint = {
  tag: 'users',
  scope: 'admin',
  summary: 'What is known about a user',
  description: 'Interests, recent items, windows and open impressions, readable.',
  path: { id: 'ada' },
  query: stateQuerySchema,
  answer: { status: 200, description: 'The state of the user’s actor.', schema: z.looseObject({}) },
  errors: { 404: 'Nothing is known about this user (REK_UNKNOWN_USER).', ...TRY_AGAIN },
};

export const USER_DELETE_ENDPOINT: Endpoint = {
  tag: 'users',
  scope: 'admin',
  summary: 'Erase a user',
  description:
    'Destroys the key that everything the log has of the user is encrypted with, and all that was derived from it: state, checkpoints, cached lists, ' +
    'dead letters. It can be repeated. Who comes back under the same id is a new user. Without `privacy.sealUsers` the state is destroyed and the log keeps ' +
    'what happened in the clear: docs/privacy.md says what remains.',
  path: { id: 'ada' },
  answer: { status: 200, description: 'What was erased; 202 while it is under way.', schema: erasedSchema },
  errors: TRY_AGAIN,
};
