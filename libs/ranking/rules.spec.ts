import type { Rule } from '#rules';
import type { Ranked } from './request.js';
import { SampleWorld, stocked } from './sample-world.js';

const ids = (list: Ranked): string[] => list.items.map(({ itemId }) => itemId);
const reasonsOf = (list: Ranked, itemId: string): string[] =>
  list.items.find((item) => item.itemId === itemId)!.reasons.map(({ feature }) => feature);

function shop(): SampleWorld {
  const world = stocked(['crime', 'drama'], 30, false);
  world.put('red', { categories: ['crime'], brand: 'acme', attributes: { stock: 3, colour: 'red' } });
  world.put('blue', { categories: ['drama'], brand: 'acme', attributes: { stock: 0, colour: 'blue' } });
  return world;
}

describe('business rules', () => {
  it('keep out what a filter does not let through, whatever recall finds', () => {
    const filter: Rule = { name: 'in stock', filter: 'item.attributes.stock > 0' };
    expect(ids(shop().recommend('ann', {}, { rules: [filter] }))).toEqual(['red']);
  });

  it('keep out what a filter cannot judge, and count it', () => {
    const failures: string[] = [];
    const rules = [{ name: 'red', filter: 'item.attributes.colour == "red"' }];
    const list = shop().recommend('ann', {}, { rules, ruleFailed: (name) => failures.push(name) });
    expect(ids(list)).toEqual(['red']);
    expect(new Set(failures)).toEqual(new Set(['red']));
  });

  it('judge each item once a list, however many channels find it', () => {
    const judged: string[] = [];
    const rules = [{ name: 'red', filter: 'item.attributes.colour == "red"' }];
    shop().recommend('ann', {}, { rules, ruleFailed: (name) => judged.push(name) });
    expect(judged).toHaveLength(60);
  });

  it('say when there was more to evaluate than is allowed, and lift what was let through all the same', () => {
    const world = stocked(['crime'], 900, false);
    for (let i = 0; i < 5; i++) world.put(`rare ${i}`, { categories: ['drama'], tags: ['rare'] });
    const filters = Array.from({ length: 60 }, (_, i) => ({ name: `filter ${i}`, filter: 'item.id != "x"' }));
    const rules: Rule[] = [
      ...filters,
      { name: 'rare', filter: '"rare" in item.tags' },
      { name: 'drama', boost: '"drama" in item.categories ? 2.0 : 1.0' },
    ];
    const list = world.recommend('ann', {}, { rules });
    expect(list.ruleLimitReached).toBe(true);
    expect(list.items.length).toBeGreaterThan(0);
    for (const { itemId } of list.items) expect(reasonsOf(list, itemId)).toContain('rule: drama');
    expect(world.recommend('ann', {}, { rules: rules.slice(50) })).not.toHaveProperty('ruleLimitReached');
  });

  it('lift what a boost names, by its logarithm, and say so', () => {
    const plain = shop().recommend('ann', { n: 62 });
    const rules = [{ name: 'house brand', when: 'item.brand == "acme"', boost: 3 }];
    const list = shop().recommend('ann', { n: 62 }, { rules });
    expect(ids(list).slice(0, 2).sort()).toEqual(['blue', 'red']);
    for (const id of ['red', 'blue']) {
      const odds = (of: Ranked): number => {
        const { score } = of.items.find(({ itemId }) => itemId === id)!;
        return score / (1 - score);
      };
      expect(odds(list) / odds(plain)).toBeCloseTo(3, 9);
      const { reasons } = list.items.find(({ itemId }) => itemId === id)!;
      expect(reasons).toContainEqual({ feature: 'rule: house brand', contribution: Math.log(3) });
    }
    expect(reasonsOf(list, 'crime 1').some((feature) => feature.startsWith('rule'))).toBe(false);
  });

  it('know the user, the context and the scenario', () => {
    const rules: Rule[] = [
      { name: 'new here', when: 'user.segment == "new"', boost: 'item.brand == "acme" ? 5.0 : 1.0' },
      {
        name: 'cart',
        when: 'scenario == "cart" && context.device == "phone"',
        filter: '"drama" in item.categories',
      },
    ];
    const world = shop();
    expect(ids(world.recommend('ann', { n: 2 }, { rules })).sort()).toEqual(['blue', 'red']);
    const cart = world.recommend('ann', { n: 5, scenario: 'cart', context: { device: 'phone' } }, { rules });
    expect(ids(cart).every((id) => id === 'blue' || id.startsWith('drama'))).toBe(true);
    for (let i = 0; i < 6; i++) world.act('bob', 'view', `crime ${i}`);
    expect(ids(world.recommend('bob', { n: 2 }, { rules }))).not.toContain('blue');
  });

  it('lift a caller’s own candidates too, but keep none of them out', () => {
    const rules: Rule[] = [
      { name: 'house brand', boost: 'item.brand == "acme" ? 3.0 : 1.0' },
      { name: 'nothing', filter: 'false' },
    ];
    const list = shop().rank('ann', { items: ['unknown', 'crime 1', 'blue'] }, { rules });
    expect(list.items[0]!.itemId).toBe('blue');
    expect(list.items).toHaveLength(3);
    expect(reasonsOf(list, 'blue')).toContain('rule: house brand');
  });
});

describe('caps', () => {
  it('bound a brand and a seller as they bound a category', () => {
    const world = new SampleWorld(false);
    for (let i = 0; i < 40; i++) {
      const attributes = { seller: `s${Math.floor(i / 8) % 5}` };
      world.put(`item ${i}`, { categories: [`c${i % 7}`], brand: `b${i % 5}`, attributes });
    }
    const settings = { perCategoryMax: 10, perBrandMax: 3, perSellerMax: 2, sellerAttribute: 'seller' };
    const list = world.recommend('ann', { n: 10 }, { settings, seed: 4 });
    const most = (labelOf: (i: number) => number): number => {
      const labels = ids(list).map((id) => labelOf(Number(id.split(' ')[1])));
      return Math.max(...labels.map((label) => labels.filter((other) => other === label).length));
    };
    expect(list.items).toHaveLength(10);
    expect(most((i) => i % 5)).toBeLessThanOrEqual(3);
    expect(most((i) => Math.floor(i / 8) % 5)).toBeLessThanOrEqual(2);
  });
});
