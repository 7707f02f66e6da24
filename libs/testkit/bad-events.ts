/**
 * Events that must come through no door, as JSON text (some of it no JSON.stringify would write), and the code that
 * refuses each.
 */
export interface BadEvent {
  readonly what: string;
  readonly kind: 'impression' | 'interaction' | 'profile' | 'upsert';
  /** Members of the event besides kind, eventId, userId or itemId, and timestamp; they win over those. */
  readonly members: string;
  readonly code: string;
}

const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
const list = (n: number, item: (i: number) => string) =>
  `[${Array.from({ length: n }, (_, i) => item(i)).join()}]`;
const INVALID = 'REK_INVALID_EVENT';

const fields = (text: string) => `"fields":{${text}}`;

export const BAD_EVENTS: readonly BadEvent[] = [
  { what: 'NaN', kind: 'interaction', members: '"value":NaN', code: 'REK_INVALID_JSON' },
  { what: 'Infinity', kind: 'interaction', members: '"value":Infinity', code: 'REK_INVALID_JSON' },
  { what: 'a value beyond all numbers', kind: 'interaction', members: '"value":1e999', code: INVALID },
  { what: 'an absurd value', kind: 'interaction', members: '"value":1e300', code: INVALID },
  { what: 'a value that is text', kind: 'interaction', members: '"value":"5"', code: INVALID },
  { what: 'an empty id', kind: 'interaction', members: '"itemId":""', code: INVALID },
  {
    what: 'an id of 257 bytes',
    kind: 'interaction',
    members: `"itemId":"${'é'.repeat(128)}x"`,
    code: INVALID,
  },
  { what: 'an id with NUL', kind: 'interaction', members: '"itemId":"a\\u0000b"', code: INVALID },
  { what: 'half a character as an id', kind: 'interaction', members: '"userId":"\\ud800"', code: INVALID },
  { what: 'a number as an id', kind: 'interaction', members: '"userId":7', code: INVALID },
  { what: 'a fraction of a millisecond', kind: 'interaction', members: '"timestamp":1.5', code: INVALID },
  { what: 'a time before 1970', kind: 'interaction', members: '"timestamp":-1', code: INVALID },
  { what: 'a time beyond all', kind: 'interaction', members: '"timestamp":1e18', code: INVALID },
  { what: 'an unknown member', kind: 'interaction', members: '"vlaue":5', code: INVALID },
  { what: 'another version', kind: 'interaction', members: '"version":2', code: 'REK_UNKNOWN_VERSION' },
  {
    what: 'a version 5,000 levels deep',
    kind: 'interaction',
    members: `"version":${nested(5_000)}`,
    code: INVALID,
  },
  {
    what: 'a version that no text can be made of',
    kind: 'interaction',
    members: '"version":{"toString":null,"valueOf":null}',
    code: 'REK_UNKNOWN_VERSION',
  },
  {
    what: 'a kind that no text can be made of',
    kind: 'interaction',
    members: '"kind":{"toString":1}',
    code: 'REK_UNKNOWN_KIND',
  },
  {
    what: 'an id whose length no number can be made of',
    kind: 'interaction',
    members: '"userId":{"length":{"toString":1,"valueOf":1}}',
    code: INVALID,
  },
  { what: 'no items', kind: 'impression', members: '"items":[]', code: INVALID },
  {
    what: '201 items',
    kind: 'impression',
    members: `"items":${list(201, (i) => `{"itemId":"i${i}"}`)}`,
    code: INVALID,
  },
  { what: 'position 0', kind: 'impression', members: '"items":[{"itemId":"i","position":0}]', code: INVALID },
  {
    what: 'position 1e9',
    kind: 'impression',
    members: '"items":[{"itemId":"i","position":1e9}]',
    code: INVALID,
  },
  { what: 'a depth of 0', kind: 'impression', members: '"items":[{"itemId":"i"}],"depth":0', code: INVALID },
  {
    what: 'propensity 0',
    kind: 'impression',
    members: '"items":[{"itemId":"i","propensity":0}]',
    code: INVALID,
  },
  {
    what: 'propensity 1.5',
    kind: 'impression',
    members: '"items":[{"itemId":"i","propensity":1.5}]',
    code: INVALID,
  },
  {
    what: 'an infinite hour',
    kind: 'impression',
    members: '"items":[{"itemId":"i"}],"context":{"hour":1e999}',
    code: INVALID,
  },
  {
    what: 'a context of 17 entries',
    kind: 'impression',
    members: `"items":[{"itemId":"i"}],"context":{${Array.from({ length: 17 }, (_, i) => `"c${i}":1`).join()}}`,
    code: INVALID,
  },
  {
    what: 'a context that nests',
    kind: 'impression',
    members: `"items":[{"itemId":"i"}],"context":{"a":${nested(5_000)}}`,
    code: INVALID,
  },
  { what: 'an infinite attribute', kind: 'profile', members: '"attributes":{"age":-1e999}', code: INVALID },
  { what: 'a negative price', kind: 'upsert', members: fields('"price":-1'), code: INVALID },
  { what: 'an infinite price', kind: 'upsert', members: fields('"price":1e999'), code: INVALID },
  { what: 'an absurd price', kind: 'upsert', members: fields('"price":1e12'), code: INVALID },
  { what: '65 tags', kind: 'upsert', members: fields(`"tags":${list(65, (i) => `"t${i}"`)}`), code: INVALID },
  {
    what: 'a label of 129 characters',
    kind: 'upsert',
    members: fields(`"brand":"${'b'.repeat(129)}"`),
    code: INVALID,
  },
  {
    what: 'half a character as a label',
    kind: 'upsert',
    members: fields('"tags":["\\udc00"]'),
    code: INVALID,
  },
  { what: 'a label with NUL', kind: 'upsert', members: fields('"categories":["a\\u0000"]'), code: INVALID },
  {
    what: 'attributes of 100 KB',
    kind: 'upsert',
    members: fields(`"attributes":{"a":"${'x'.repeat(100_000)}"}`),
    code: INVALID,
  },
  {
    what: 'attributes 2,000 levels deep',
    kind: 'upsert',
    members: fields(`"attributes":{"a":${nested(2_000)}}`),
    code: INVALID,
  },
  {
    what: 'attributes 100,000 levels deep',
    kind: 'upsert',
    members: fields(`"attributes":{"a":${nested(100_000)}}`),
    code: INVALID,
  },
  {
    what: 'an infinite numeric attribute',
    kind: 'upsert',
    members: fields('"attributes":{"f_x":1e999}'),
    code: INVALID,
  },
  { what: 'an embedding with null', kind: 'upsert', members: fields('"embedding":[1,null]'), code: INVALID },
  { what: 'an infinite embedding', kind: 'upsert', members: fields('"embedding":[1,1e999]'), code: INVALID },
  { what: 'an absurd embedding', kind: 'upsert', members: fields('"embedding":[1e30,1]'), code: INVALID },
  {
    what: 'an embedding of 1,025 dimensions',
    kind: 'upsert',
    members: fields(`"embedding":${list(1_025, () => '1')}`),
    code: INVALID,
  },
];

/** What looks wrong and is taken: it has a meaning, or is cut where it would matter. */
export const ODD_EVENTS: readonly Omit<BadEvent, 'code'>[] = [
  {
    what: 'ids like members of every object',
    kind: 'interaction',
    members: '"userId":"__proto__","itemId":"constructor"',
  },
  { what: 'an id of 256 bytes', kind: 'interaction', members: `"itemId":"${'é'.repeat(128)}"` },
  { what: 'an id of any characters', kind: 'interaction', members: '"itemId":"a b/c\\n\\u202e🦊%00"' },
  {
    what: 'an item twice, and two in one slot',
    kind: 'impression',
    members: '"items":[{"itemId":"i","position":3},{"itemId":"i","position":1},{"itemId":"j","position":3}]',
  },
  {
    what: 'an hour of 1e300',
    kind: 'impression',
    members: '"items":[{"itemId":"i"}],"context":{"hour":1e300,"__proto__":1,"device":"\\u0000"}',
  },
  { what: 'a negative dwell', kind: 'interaction', members: '"type":"dwell","value":-1e9' },
  { what: 'a rating of a million', kind: 'interaction', members: '"type":"rating","value":1e6' },
  {
    what: 'a profile of names of every object',
    kind: 'profile',
    members: '"attributes":{"__proto__":1,"constructor":"x","segment":"toString"}',
  },
  {
    what: 'attributes near the end of numbers',
    kind: 'upsert',
    members: fields('"attributes":{"f_a":1e308,"f_b":-1e308,"f_c":5e-324,"__proto__":{"x":1}}'),
  },
  { what: 'a creation in the year 287,396', kind: 'upsert', members: fields('"createdAt":9000000000000000') },
  { what: 'a creation long before', kind: 'upsert', members: fields('"createdAt":-9000000000000000') },
  { what: 'an embedding of zeros', kind: 'upsert', members: fields('"embedding":[0,0,0,0]') },
  {
    what: 'an embedding of the smallest numbers',
    kind: 'upsert',
    members: fields('"embedding":[1e-320,-0,1e-45,0]'),
  },
  { what: 'an embedding of another length', kind: 'upsert', members: fields('"embedding":[1,2]') },
  { what: 'no embedding', kind: 'upsert', members: fields('"embedding":[]') },
];

/** The whole event as JSON text; a member given twice counts as it stands last. */
export function badEventText(
  { kind, members }: Pick<BadEvent, 'kind' | 'members'>,
  base: {
    readonly eventId: string;
    readonly userId: string;
    readonly itemId: string;
    readonly timestamp: number;
  },
): string {
  const own = {
    impression: `"userId":"${base.userId}","items":[{"itemId":"${base.itemId}"}]`,
    interaction: `"userId":"${base.userId}","type":"click","itemId":"${base.itemId}"`,
    profile: `"userId":"${base.userId}","attributes":{}`,
    upsert: `"itemId":"${base.itemId}"`,
  }[kind];
  return `{"kind":"${kind}","eventId":"${base.eventId}","timestamp":${base.timestamp},${own},${members}}`;
}
