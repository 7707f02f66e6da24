import fc from 'fast-check';
import {
  EVALUATIONS_MAX,
  RuleRun,
  ruleProblems,
  RuleSet,
  rulesSchema,
  type Rule,
  type RuleScene,
} from './index.js';

const NOW = 1_700_000_000_000;
const SCENE: RuleScene = {
  segment: 'normal',
  profile: new Map([['country', 'DE']]),
  context: { device: 'phone' },
  scenario: 'home',
  now: NOW,
};
const BOOK = {
  id: 'book-1',
  title: 'The Hobbit',
  categories: ['fantasy'],
  tags: ['classic', 'dragons'],
  brand: 'Tolkien',
  price: 9.5,
  createdAt: NOW - 3_600_000,
  attributes: { stock: 3, margin: 0.25, sizes: ['s', 'm'], sold: true, nothing: null },
};

function run(rules: Rule[], failed?: (name: string) => void, scene = SCENE): RuleRun {
  return new RuleRun([RuleSet.compile(rules)], scene, failed);
}
const admits = (filter: string, item: object = BOOK): boolean =>
  run([{ name: 'rule', filter }]).admits({ ...BOOK, ...item });

describe('a filter', () => {
  it.each([
    ['item.attributes.stock > 0', true],
    ['item.attributes.stock * 2 > 6.5', false],
    ['item.price * 2 == 19.0 && item.price < 10', true],
    ['"fantasy" in item.categories && item.tags.hasAny(["dragons", "elves"])', true],
    ['user.attributes.country == "DE" && context.device == "phone" && scenario == "home"', true],
    ['user.segment in ["new", "high_value"]', false],
    ['item.ageSeconds == 3600.0 && item.createdAt < now', true],
    ['has(item.attributes.colour) || item.brand.startsWith("Tol")', true],
    ['item.attributes["stock"] >= 3 && "s" in item.attributes.sizes', true],
    ['max(item.attributes.margin, 0.5) == 0.5', true],
  ])('%s', (filter, expected) => {
    expect(admits(filter)).toBe(expected);
  });

  it.each([
    'item.attributes.colour == "red"',
    'item.attributes.sold > 1',
    'item.attributes.nothing > 1',
    'item.attributes.stock',
  ])('that cannot be said of an item excludes it, and is counted: %s', (filter) => {
    const failures: string[] = [];
    expect(run([{ name: 'rule', filter }], (name) => failures.push(name)).admits(BOOK)).toBe(false);
    expect(failures).toEqual(['rule']);
  });

  it('excludes an item without a price from a price condition, unless it asks first', () => {
    expect(admits('item.price < 10', { price: undefined })).toBe(false);
    expect(admits('!has(item.price) || item.price < 10', { price: undefined })).toBe(true);
  });

  it('holds only where its condition does; one that cannot be said does not hold', () => {
    const rule = (when: string): Rule => ({ name: 'kids', when, filter: '"kids" in item.tags' });
    expect(run([rule('context.device == "tv"')]).admits(BOOK)).toBe(true);
    expect(run([rule('context.page == "kids"')]).admits(BOOK)).toBe(true);
    expect(run([rule('context.device == "phone"')]).admits(BOOK)).toBe(false);
    expect(run([rule('item.price > 100')]).admits(BOOK)).toBe(true);
    expect(run([rule('item.price > 1')]).admits(BOOK)).toBe(false);
  });

  it('gives up, excluding, when one request has evaluated too much', () => {
    const rules = run([{ name: 'all', filter: 'true' }]);
    let admitted = 0;
    for (let i = 0; i < EVALUATIONS_MAX; i++) if (rules.admits(BOOK)) admitted++;
    expect(admitted).toBe(EVALUATIONS_MAX);
    expect(rules.limitReached).toBe(false);
    expect(rules.admits(BOOK)).toBe(false);
    expect(rules.limitReached).toBe(true);
  });
});

describe('a boost', () => {
  it('has evaluations of its own: filters do not use them up', () => {
    const rules = run([
      { name: 'all', filter: 'true' },
      { name: 'fantasy', boost: '"fantasy" in item.categories ? 2.0 : 1.0' },
    ]);
    for (let i = 0; i < EVALUATIONS_MAX; i++) rules.admits(BOOK);
    expect(rules.lift(BOOK)).toBeCloseTo(Math.log(2), 12);
    for (let i = 1; i < EVALUATIONS_MAX; i++) rules.lift(BOOK);
    expect(rules.limitReached).toBe(false);
    expect(rules.lift(BOOK)).toBe(0);
    expect(rules.limitReached).toBe(true);
  });

  it('adds the logarithm of its factor, and names itself', () => {
    const rules = run([
      { name: 'sale', boost: 2 },
      { name: 'margin', when: 'item.attributes.margin > 0.2', boost: '1 + item.attributes.margin' },
      { name: 'neutral', boost: 1 },
      { name: 'elsewhere', when: 'scenario == "cart"', boost: 5 },
    ]);
    const moves: { name: string; contribution: number }[] = [];
    expect(rules.lift(BOOK, moves)).toBeCloseTo(Math.log(2) + Math.log(1.25), 12);
    expect(moves.map(({ name }) => name)).toEqual(['sale', 'margin']);
  });

  it('is bounded, and does nothing where it gives no positive number', () => {
    expect(run([{ name: 'much', boost: 'item.price * 1e300' }]).lift(BOOK)).toBeCloseTo(Math.log(100), 12);
    for (const boost of [
      'item.attributes.stock - 5',
      '0.0',
      '0.0 / 0.0',
      'item.attributes.colour',
      'item.attributes.sizes',
    ]) {
      const failures: string[] = [];
      expect(run([{ name: 'odd', boost }], (name) => failures.push(name)).lift(BOOK)).toBe(0);
      expect(failures).toEqual(['odd']);
    }
  });
});

describe('a rule with a mistake', () => {
  it.each([
    ['item.colour == "red"', /No such key: colour, at character 6: an item has id, .*item\.attributes/],
    [
      'itm.price > 1',
      /Unknown variable: itm, at character 1: the variables are item, user, context, scenario and now/,
    ],
    ['item.price >', /Unexpected token: EOF, at character/],
    ['item.price > "a"', /no such overload/],
    ['item.price', /gives double: it must give true or false/],
    ['item.title.matches("(a+)+$")', /matches\(\) cannot be used in rules, at character \d+: use operators/],
    ['item.tags.exists(t, item.tags.exists(u, t == u))', /exists\(\) cannot be used in rules/],
    ['item.constructor.constructor("return 1")() == 1', /./],
    [`item.price > ${'('.repeat(50)}1${')'.repeat(50)}`, /maxDepth/],
    [Array(120).fill('true').join(' || '), /maxAstNodes/],
  ])('is refused with its place and what to do: %s', (filter, message) => {
    const problems = ruleProblems([
      { name: 'good', boost: 2 },
      { name: 'bad', filter },
    ]);
    expect(problems).toEqual([{ path: '1.filter', problem: expect.stringMatching(message) }]);
    expect(() => RuleSet.compile([{ name: 'bad', filter }])).toThrow(/^rules\.0\.filter: /);
  });

  it('is refused when it says neither or both of filter and boost, or too much', () => {
    for (const rule of [
      {},
      { filter: 'true', boost: 2 },
      { boost: 0 },
      { boost: 1e6 },
      { boost: NaN },
      { filter: 'x'.repeat(1_001) },
    ])
      expect(rulesSchema.safeParse([{ name: 'rule', ...rule }]).success).toBe(false);
    expect(rulesSchema.safeParse(Array(65).fill({ name: 'rule', boost: 2 })).success).toBe(false);
  });

  it('of any text is refused or compiled, and never does more than answer', () => {
    const words = [
      'item',
      '.',
      'price',
      'tags',
      '[',
      ']',
      '(',
      ')',
      '"a"',
      '1',
      '>',
      '==',
      '&&',
      '!',
      'in',
      '?',
      ':',
      ',',
      'map',
      'x',
      '__proto__',
      '{',
      '}',
      '-',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 30 }), (parts) => {
        const rule: Rule = { name: 'any', filter: parts.join(' ') || 'true' };
        if (ruleProblems([rule]).length > 0) return;
        expect(typeof run([rule]).admits(BOOK)).toBe('boolean');
      }),
      { numRuns: 300 },
    );
  });
});
