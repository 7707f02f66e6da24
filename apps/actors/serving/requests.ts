/** What may be asked of a host: `rpc.user.<p>` and `rpc.host`. Parsed here, trusted behind. */
import { z } from 'zod';
import {
  checkSchema,
  contextSchema,
  EXCLUDED_MAX,
  filterSchema,
  idSchema,
  LIST_ITEMS_MAX,
  RANK_ITEMS_MAX,
  scenarioSchema,
} from '#events';
import { AppError } from '#kernel';
import { REQUEST_RULES_MAX, ruleSchema } from '#rules';

export const LIST_ITEMS_DEFAULT = 10;

const n = z.int().min(1).max(LIST_ITEMS_MAX).default(LIST_ITEMS_DEFAULT);
const scenario = scenarioSchema.default('default');
/** Log sequence that the answer should contain. */
const after = z.int().min(0).default(0);
const requestId = z.string().max(128).optional();

const recommend = z.object({
  op: z.literal('recommend'),
  user: idSchema,
  n,
  scenario,
  context: contextSchema.optional(),
  filter: filterSchema.optional(),
  exclude: z.array(idSchema).max(EXCLUDED_MAX).default([]),
  rules: z.array(ruleSchema).max(REQUEST_RULES_MAX).default([]),
  after,
  requestId,
});
const rank = z.object({
  op: z.literal('rank'),
  user: idSchema,
  items: z.array(idSchema).min(1).max(RANK_ITEMS_MAX),
  scenario,
  context: contextSchema.optional(),
  after,
  requestId,
});
const state = z.object({ op: z.literal('state'), user: idSchema, after });
const checkpoint = z.object({ op: z.literal('checkpoint'), user: idSchema, after });
const similar = z.object({ op: z.literal('similar'), itemId: idSchema, n });
const trending = z.object({
  op: z.literal('trending'),
  n,
  category: z.string().max(128).optional(),
  windowSeconds: z.number().positive().optional(),
  segment: z.string().min(1).max(128).optional(),
});
const item = z.object({ op: z.literal('item'), itemId: idSchema });

const userRequest = z.discriminatedUnion('op', [recommend, rank, state, checkpoint, similar, trending]);
const hostRequest = z.discriminatedUnion('op', [similar, trending, item]);

export type Filter = z.infer<typeof filterSchema>;
export type RecommendRequest = z.infer<typeof recommend>;
export type RankRequest = z.infer<typeof rank>;
export type UserRequest = z.infer<typeof userRequest>;
export type HostRequest = z.infer<typeof hostRequest>;

/** @throws AppError REK_INVALID_REQUEST naming the field */
export const parseUserRequest = (body: unknown): UserRequest => parsed(userRequest, body);
/** @throws AppError REK_INVALID_REQUEST naming the field */
export const parseHostRequest = (body: unknown): HostRequest => parsed(hostRequest, body);

function parsed<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = checkSchema(schema, withoutNulls(body));
  if (!result.ok) throw new AppError('REK_INVALID_REQUEST', result.problem);
  return result.value;
}

/** A caller may write null for a field it leaves out. */
function withoutNulls(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
}
