import fc from 'fast-check';
import { testSeed } from '#testkit';
import { impressionSchema, interactionSchema } from './user-events.js';
import { isPlain } from './plain-events.js';

const seed = testSeed('plain events');

/** Values that a field may hold, the right ones among many wrong ones. */
const odd = fc.oneof(
  fc.string({ maxLength: 4 }),
  fc.constantFrom(
    '',
    'a\0',
    '\ud800',
    'é',
    'x'.repeat(256),
    'x'.repeat(257),
    'y'.repeat(65),
    'click',
    'Click',
    'dwell',
  ),
  fc.constantFrom(
    0,
    -0,
    1,
    -1,
    0.5,
    1.5,
    1e9,
    -1e9,
    1.1e9,
    10_000,
    10_001,
    NaN,
    Infinity,
    2 ** 53,
    2 ** 53 - 1,
  ),
  fc.constantFrom(
    null,
    undefined,
    true,
    [],
    {},
    [1],
    { a: 1 },
    { '': 1 },
    { a: NaN },
    { a: null },
    { a: [] },
  ),
  fc.dictionary(fc.string({ maxLength: 3 }), fc.constantFrom('x', 1, true, NaN), { maxKeys: 18 }),
);
const mostly = (right: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 9, arbitrary: right }, { weight: 1, arbitrary: odd as fc.Arbitrary<unknown> });
const id = mostly(fc.constantFrom('a', 'user-1', 'x y'));
const context = fc.dictionary(fc.constantFrom('device', 'hour', 'a'), fc.constantFrom('phone', 3, true));
const base = {
  eventId: id,
  userId: id,
  timestamp: mostly(fc.constantFrom(1, 1_750_000_000_000)),
  version: mostly(fc.constant(1)),
};
/** Half of them with every field that must be there, the others with any. */
const eventOf = (
  fields: Record<string, fc.Arbitrary<unknown>>,
  required: readonly string[],
): fc.Arbitrary<object> =>
  fc.oneof(
    fc.record(fields, { requiredKeys: [...required] }),
    fc.record(fields, { requiredKeys: ['kind'] }),
  ) as fc.Arbitrary<object>;
const BASE_REQUIRED = ['kind', 'eventId', 'userId', 'timestamp', 'version'];
const interaction = eventOf(
  {
    kind: fc.constant('interaction'),
    ...base,
    type: mostly(fc.constantFrom('click', 'a-b_c9')),
    itemId: id,
    recommendationId: id,
    value: mostly(fc.constantFrom(-3, 4.5)),
    context: mostly(context),
    extra: odd,
  },
  [...BASE_REQUIRED, 'type', 'itemId'],
);
const item = fc.record(
  { itemId: id, position: mostly(fc.nat(20)), propensity: mostly(fc.constantFrom(0.1, 1)), more: odd },
  { requiredKeys: [] },
);
const impression = eventOf(
  {
    kind: fc.constant('impression'),
    ...base,
    items: mostly(fc.array(mostly(fc.oneof(fc.record({ itemId: id }), item)), { maxLength: 3 })),
    recommendationId: id,
    scenario: mostly(fc.constantFrom('home')),
    depth: mostly(fc.constantFrom(1, 40)),
    context: mostly(context),
  },
  [...BASE_REQUIRED, 'items'],
);

describe('the short way through the door', () => {
  it.each([
    ['interaction', interaction, interactionSchema],
    ['impression', impression, impressionSchema],
  ] as const)('accepts an %s only where its schema accepts it unchanged', (_, events, schema) => {
    let accepted = 0;
    fc.assert(
      fc.property(events, (event) => {
        if (!isPlain(event)) return;
        accepted++;
        const result = schema.safeParse(event);
        expect(result.success).toBe(true);
        expect(result.data).toEqual(event);
      }),
      { seed, numRuns: 20_000 },
    );
    expect(accepted).toBeGreaterThan(500);
  });

  it('accepts what an SDK sends', () => {
    const sent = { eventId: 'e-1', userId: 'ada', timestamp: 1_750_000_000_000, version: 1 };
    expect(isPlain({ kind: 'interaction', ...sent, type: 'click', itemId: 'lamp', value: 2 })).toBe(true);
    expect(
      isPlain({
        kind: 'impression',
        ...sent,
        items: [{ itemId: 'lamp', position: 1 }],
        context: { device: 'tv' },
      }),
    ).toBe(true);
  });
});
