import type { Ranked } from './request.js';
import { SampleWorld } from './sample-world.js';

/** Users click anything, buy what is brown and like what is grey. */
function shop(): SampleWorld {
  const world = new SampleWorld();
  for (let i = 0; i < 30; i++)
    world.put(`item ${i}`, { categories: [i % 3 === 0 ? 'brown' : 'grey'], tags: [`t${i % 7}`] });
  for (let i = 0; i < 300; i++) {
    const items = [0, 1, 2].map((k) => `item ${(i * 3 + k) % 30}`);
    const clicked = items[i % 3]!;
    world.show(`user ${i % 50}`, items).act(`user ${i % 50}`, 'click', clicked);
    const isBrown = Number(clicked.split(' ')[1]) % 3 === 0;
    world.act(`user ${i % 50}`, isBrown ? 'purchase' : 'like', clicked);
    if (i % 20 === 19) world.pass(2_000);
  }
  return world.pass(2_000);
}

const brown = (list: Ranked): number =>
  list.items.slice(0, 5).filter(({ itemId }) => Number(itemId.split(' ')[1]) % 3 === 0).length;

describe('the goals’ values', () => {
  const world = shop();
  const asked = (conversionValue: number, likeValue = 0): Ranked =>
    world.recommend('ann', { n: 10 }, { settings: { conversionValue, likeValue, perCategoryMax: 10 } });

  it('move up what leads to more than a click, as far as the deployment values it', () => {
    expect(brown(asked(20))).toBe(5);
    expect(brown(asked(0, 50))).toBe(0);
  });

  it('let what converts count by its price', () => {
    const world = shop();
    const dear = 'item 27';
    world.put(dear, { categories: ['brown'], tags: ['t6'], price: 200 });
    const score = (priceValue: number): number =>
      world.rank('ann', { items: [dear] }, { settings: { priceValue } }).items[0]!.score;
    expect(score(0.1)).toBeGreaterThan(score(0));
    const priceless = (priceValue: number): number =>
      world.rank('ann', { items: ['item 3'] }, { settings: { priceValue } }).items[0]!.score;
    expect(priceless(0.1)).toBe(priceless(0));
  });

  it('make no click likelier, and what a goal earns is predicted after the click', () => {
    const predicted = (conversionValue: number, goal?: 'conversion' | 'dwell'): Map<string, number> => {
      const settings = { conversionValue, freshness: conversionValue, perCategoryMax: 10 };
      const { itemIds, rates } = world.contest('ann', { settings }, goal);
      return new Map(itemIds.map((id, i) => [id, rates[i]!]));
    };
    const clicks = predicted(0);
    for (const [id, rate] of predicted(5)) expect(rate).toBe(clicks.get(id));
    const shares = [...predicted(5, 'conversion')].map(([id, rate]) => [id, rate / clicks.get(id)!] as const);
    const of = (isBrown: boolean): number[] =>
      shares.filter(([id]) => (Number(id.split(' ')[1]) % 3 === 0) === isBrown).map(([, share]) => share);
    expect(Math.min(...of(true))).toBeGreaterThan(3 * Math.max(...of(false)));
  });

  it('are named among the reasons, in log-odds, and only when they are worth something', () => {
    const [first] = asked(20).items;
    const reason = first!.reasons.find(({ feature }) => feature === 'likely to convert');
    expect(reason!.contribution).toBeGreaterThan(0.5);
    for (const { reasons } of asked(0).items)
      expect(reasons.some(({ feature }) => feature.startsWith('likely'))).toBe(false);
  });

  it('add exactly what they say to the score', () => {
    const of = (conversionValue: number, itemId: string) =>
      world.rank('ann', { items: [itemId] }, { settings: { conversionValue } }).items[0]!;
    for (const itemId of ['item 3', 'item 4']) {
      const odds = (value: number): number =>
        Math.log(of(value, itemId).score / (1 - of(value, itemId).score));
      const { reasons } = of(7, itemId);
      const named = reasons.find(({ feature }) => feature === 'likely to convert')!.contribution;
      expect(odds(7) - odds(0)).toBeCloseTo(named, 9);
    }
  });
});
