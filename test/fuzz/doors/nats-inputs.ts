/**
 * What anybody with access to NATS can send: frames of events straight into the log, whatever their kind; ingest by
 * request-reply, plain and in Nest's envelopes; and the questions that hosts and learner answer. FEEDBACK and the model's
 * deltas are left out: they are written by one app for another, and by nobody else (docker/nats).
 */
import { z } from 'zod';
import { checksumOf, CRC_HEADER, itemEventSchemas, partitionEventSchemas } from '#events';
import { partitionOf, type SeededRandom } from '#kernel';
import { hostileName, hostileText, hostileValue } from '../inputs/hostile.js';
import { Members, write, type Json } from '../inputs/json-text.js';
import { mutate, spoil } from '../inputs/mutate.js';
import { item, sample, user, type JsonSchema } from '../inputs/sample.js';
import { settingsEntry } from '../inputs/settings-entry.js';
import type { Input } from './input.js';

const schemaOf = (schema: z.ZodType): JsonSchema =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
const USER_KINDS = Object.values(partitionEventSchemas).map(schemaOf);
const ITEM_KINDS = Object.values(itemEventSchemas).map(schemaOf);
const INGEST = ['impression', 'interaction', 'profile', 'merge', 'upsert', 'hide', 'delete'] as const;
const INGEST_SCHEMAS: Readonly<Record<string, JsonSchema>> = Object.fromEntries(
  Object.entries({ ...partitionEventSchemas, ...itemEventSchemas }).map(([kind, schema]) => [
    kind,
    schemaOf(schema),
  ]),
);
const FRAME_MAX = 5;
/** Of the frames of `log.item`: those with settings of the fold. */
const SETTINGS_SHARE = 0.3;

export interface NatsWorld {
  readonly partitions: number;
  /** Bodies of POST /v1/recommendations and /v1/rank: what hosts are asked looks like them. */
  readonly questions: readonly JsonSchema[];
}

export function natsInput(world: NatsWorld, random: SeededRandom): Input {
  const did: string[] = [];
  switch (random.below(8)) {
    case 0:
    case 1:
    case 2:
      return userFrame(world, random, did);
    case 3:
      return random.next() < SETTINGS_SHARE
        ? frame('log.item settings', 'log.item', (spoilt) => settingsEntry(random, spoilt), random, did)
        : frame('log.item', 'log.item', oneOf(ITEM_KINDS, random), random, did);
    case 4:
    case 5:
      return ingest(random, did);
    case 6:
      return userQuestion(world, random, did);
    default:
      return hostQuestion(random, did);
  }
}

/** Most often to the partition of one of its users. */
function userFrame({ partitions }: NatsWorld, random: SeededRandom, did: string[]): Input {
  const id = user(random);
  const partition = random.next() < 0.9 ? partitionOf(id, partitions) : random.below(partitions + 2);
  return frame('log.user.*', `log.user.${partition}`, oneOf(USER_KINDS, random), random, did, id);
}

const oneOf =
  (kinds: readonly JsonSchema[], random: SeededRandom): ((did: string[]) => Json) =>
  () =>
    sample(random.pick(kinds), random);

function frame(
  route: string,
  subject: string,
  event: (did: string[]) => Json,
  random: SeededRandom,
  did: string[],
  userId?: string,
): Input {
  const one = (): Json => mutate(owned(event(did), userId), random, did);
  const events = random.next() < 0.4 ? one() : Array.from({ length: 1 + random.below(FRAME_MAX) }, one);
  const payload = spoil(write(events), random, did);
  return {
    door: 'nats',
    route,
    subject,
    payload,
    headers: frameHeaders(payload, random, did),
    wantsReply: true,
    did,
  };
}

/** The same event, of this user. */
function owned(event: Json, userId: string | undefined): Json {
  if (!(event instanceof Members) || userId === undefined) return event;
  return new Members(event.pairs.map(([name, value]) => [name, name === 'userId' ? userId : value]));
}

function frameHeaders(payload: Buffer, random: SeededRandom, did: string[]): [string, string][] {
  const headers: [string, string][] = [];
  if (random.next() < 0.3) headers.push([CRC_HEADER, checksumOf(payload)]);
  if (random.next() < 0.1) {
    did.push('header: hostile');
    headers.push(
      random.pick<[string, string]>([
        [CRC_HEADER, '00000000'],
        [CRC_HEADER, 'zz'],
        [CRC_HEADER, ''],
        ['Nats-Msg-Id', `m-${random.below(20)}`],
        ['Nats-Rollup', 'all'],
        ['X-Any', 'x'.repeat(2_000)],
      ]),
    );
  }
  return headers;
}

function ingest(random: SeededRandom, did: string[]): Input {
  const kind = random.pick(INGEST);
  const event = mutate(sample(INGEST_SCHEMAS[kind]!, random), random, did);
  const many: Json = random.next() < 0.5 ? event : [event, event];
  const payload = spoil(write(random.next() < 0.3 ? envelope(many, random, did) : many), random, did);
  return {
    door: 'nats',
    route: `ingest.${kind}`,
    subject: `ingest.${kind}`,
    headers: [],
    payload,
    wantsReply: random.next() < 0.95,
    did,
  };
}

/** As Nest's clients write it, more or less. */
function envelope(data: Json, random: SeededRandom, did: string[]): Json {
  did.push('envelope');
  const odd = (usual: Json): Json => (random.next() < 0.3 ? hostileValue(random) : usual);
  return new Members([
    ['pattern', odd('ingest.interaction')],
    ['data', data],
    ['id', odd('a1b2c3')],
    ...(random.next() < 0.1 ? [[hostileName(random), hostileValue(random)] as [string, Json]] : []),
  ]);
}

function userQuestion({ partitions, questions }: NatsWorld, random: SeededRandom, did: string[]): Input {
  const id = user(random);
  const question = owned(sample(random.pick(questions), random), undefined) as Members;
  const op = random.pick(['recommend', 'rank', 'state', 'similar', 'trending', hostileText(random)]);
  const pairs = question.pairs.map(([name, value]): [string, Json] => [name, name === 'user' ? id : value]);
  const body = mutate(new Members([['op', op], ...pairs, ['itemId', item(random)]]), random, did);
  return {
    ...{ door: 'nats', route: 'rpc.user.*', subject: `rpc.user.${partitionOf(id, partitions)}`, headers: [] },
    payload: spoil(write(body), random, did),
    wantsReply: true,
    did,
  };
}

function hostQuestion(random: SeededRandom, did: string[]): Input {
  const route = random.pick([
    'rpc.host',
    'rpc.host',
    'rpc.hosts.status',
    'rpc.learner',
    'rpc.learner.promote',
  ]);
  const ops =
    route === 'rpc.learner' ? ['status', 'experiments', 'promote'] : ['similar', 'trending', 'item'];
  const body = new Members([
    ['op', random.pick(ops)],
    ['itemId', item(random)],
    ['n', 1 + random.below(20)],
    ...(random.next() < 0.3 ? [['snapshotId', 'x'] as [string, Json]] : []),
    ...(random.next() < 0.3 ? [['segment', 'cluster:3'] as [string, Json]] : []),
  ]);
  const payload = spoil(write(mutate(body, random, did)), random, did);
  return { door: 'nats', route, subject: route, headers: [], payload, wantsReply: true, did };
}
