/** Somebody of whom nothing is known but where they come from. */
import { settingsSchema } from '#config';
import type { ColdStartRule } from './cold-start.js';
import { SampleWorld, stocked } from './sample-world.js';

const categoriesOf = (ids: readonly { itemId: string }[]): string[] =>
  ids.map(({ itemId }) => itemId.split(' ')[0]!);
const count = (ids: readonly { itemId: string }[], category: string): number =>
  categoriesOf(ids).filter((found) => found === category).length;

/** Norwegians like crime, Brazilians like romance; everybody else reads all of it. */
function bookshop(): SampleWorld {
  const world = stocked(['crime', 'romance', 'travel'], 40);
  for (let i = 0; i < 30; i++) {
    for (const [country, category] of [
      ['NO', 'crime'],
      ['BR', 'romance'],
    ] as const) {
      world.profile(`${country} ${i}`, { country });
      for (let k = 0; k < 4; k++) world.act(`${country} ${i}`, 'click', `${category} ${(i + k) % 8}`);
    }
    for (let k = 0; k < 9; k++) world.act(`other ${i}`, 'click', `travel ${(i + k) % 8}`);
  }
  return world;
}

describe('a new user', () => {
  const free = { perCategoryMax: 100 };

  it('gets what people of the same country choose, told by profile or by context', () => {
    const world = bookshop();
    world.profile('newcomer', { country: 'NO' });
    const found = (context?: { country: string }, user = 'nobody') =>
      world
        .recommend(user, { n: 10, ...(context && { context }) }, { settings: free })
        .items.filter(({ channels }) => channels.includes('segment'))
        .map(({ itemId }) => itemId);
    expect(found({ country: 'BR' }).every((id) => id.startsWith('romance'))).toBe(true);
    expect(found({ country: 'BR' }).length).toBeGreaterThan(0);
    expect(found(undefined, 'newcomer').every((id) => id.startsWith('crime'))).toBe(true);
    expect(found(undefined, 'newcomer').length).toBeGreaterThan(0);
    expect(found()).toEqual([]);
  });

  it('is told why', () => {
    const world = bookshop();
    const { items } = world.recommend('nobody', { n: 10, context: { country: 'BR' } }, { settings: free });
    const reasons = items.flatMap((item) => item.reasons.map(({ feature }) => feature));
    expect(reasons).toContain('popular with people of country BR');
  });
});

describe('rules for a start', () => {
  const coldStart: ColdStartRule[] = [{ when: { country: 'NO' }, categories: { crime: 3, travel: -2 } }];
  const settings = { perCategoryMax: 100, coldStart };

  it('decide the first list of those they mean, and say so', () => {
    const world = stocked(['crime', 'romance', 'travel'], 30, false);
    const told = { n: 10, context: { country: 'NO' } };
    const { items } = world.recommend('newcomer', told, { settings });
    expect(count(items, 'crime')).toBeGreaterThanOrEqual(8);
    expect(count(items, 'travel')).toBe(0);
    expect(items[0]!.reasons[0]!.feature).toBe('to start with: crime');
    const elsewhere = world.recommend('newcomer', { n: 10, context: { country: 'BR' } }, { settings });
    expect(count(elsewhere.items, 'crime')).toBeLessThan(8);
  });

  it('yield to what the user does, and are gone after five deeds', () => {
    const world = stocked(['crime', 'romance', 'travel'], 30, false);
    const told = { n: 10, context: { country: 'NO' } };
    for (let i = 0; i < 5; i++) world.act('reader', 'click', `romance ${i}`);
    const ruled = world.recommend('reader', told, { settings }).items.map(({ itemId }) => itemId);
    const free = world
      .recommend('reader', told, { settings: { perCategoryMax: 100 } })
      .items.map(({ itemId }) => itemId);
    expect(ruled).toEqual(free);
  });

  it.each([
    ['[{"when":{"country":"NO"}}]', 'a rule names categories, tags or brands'],
    ['[{"categories":{"crime":"much"}}]', 'number'],
    ['[{"country":"NO","categories":{"crime":1}}]', 'country'],
    ['[{"categories":', 'JSON'],
  ])('are checked at start: %s', (text, complaint) => {
    const parsed = settingsSchema.safeParse({ serving: { coldStart: text } });
    expect(parsed.success).toBe(false);
    expect(JSON.stringify(parsed.error?.issues)).toContain(complaint);
    expect(
      settingsSchema.parse({ serving: { coldStart: JSON.stringify(coldStart) } }).serving.coldStart,
    ).toEqual(coldStart);
  });
});

describe('a new user and a new item', () => {
  it('meet: a newcomer’s first list holds what nobody has seen yet', () => {
    const world = bookshop();
    const all = ['crime', 'romance', 'travel'].flatMap((category) =>
      Array.from({ length: 40 }, (_, i) => `${category} ${i}`),
    );
    for (let i = 0; i < 25; i++) world.show(`viewer ${i}`, all);
    for (let i = 0; i < 5; i++) world.put(`fresh ${i}`, { categories: ['fresh'] });
    const { items } = world.recommend('nobody', { n: 10 }, { settings: { newItemShare: 0.2 } });
    expect(items).toHaveLength(10);
    expect(
      items.filter(({ reasons }) => reasons.some(({ feature }) => feature === 'new')).length,
    ).toBeGreaterThan(0);
  });
});
