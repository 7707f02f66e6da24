import { key53 } from '#kernel';
import { NOW, SampleShop, statisticsOf } from './sample-shop.js';
import { similarItems } from './similar-items.js';
import { trendingItems } from './trending-items.js';

function shop(): SampleShop {
  const items = new SampleShop()
    .put('lamp', { categories: ['light'], tags: ['brass', 'warm'] })
    .put('twin lamp', { categories: ['light'], tags: ['brass', 'warm'] })
    .put('brass pot', { categories: ['kitchen'], tags: ['brass'] })
    .put('bought with it', { categories: ['garden'] })
    .put('hidden twin', { categories: ['light'], tags: ['brass', 'warm'], hidden: true });
  for (let i = 0; i < 20; i++) items.put(`light ${i}`, { categories: ['light'] });
  return items;
}

const titles = (related: readonly { item: { id: string } }[]): string[] => related.map(({ item }) => item.id);

describe('similar items', () => {
  const statistics = statisticsOf({ lamp: { neighbours: { 'bought with it': 0.4, gone: 0.9, lamp: 1 } } });

  it('are first what the same people took to, then what shares labels, rare ones counting more', () => {
    const related = similarItems(shop().index, statistics, key53('lamp'), 3);
    expect(titles(related)).toEqual(['bought with it', 'twin lamp', 'brass pot']);
    expect(related.map(({ channel }) => channel)).toEqual(['covisitation', 'content', 'content']);
  });

  it('are found for a hidden item by its neighbours alone, and for an unknown one not at all', () => {
    const hidden = statisticsOf({ 'hidden twin': { neighbours: { lamp: 0.5 } } });
    expect(titles(similarItems(shop().index, hidden, key53('hidden twin'), 5))).toEqual(['lamp']);
    expect(similarItems(shop().index, statistics, key53('never'), 5)).toEqual([]);
  });
});

describe('trending items', () => {
  const statistics = statisticsOf({
    'hidden twin': { popularity: 9 },
    'brass pot': { popularity: 5 },
    lamp: { popularity: 3 },
    'light 7': { ctr: 0.4 },
  });

  it('are the visible ones by popularity, then by click-through rate', () => {
    expect(titles(trendingItems(shop().index, statistics, { n: 3, now: NOW }))).toEqual([
      'brass pot',
      'lamp',
      'light 7',
    ]);
  });

  it('keep to a category', () => {
    expect(titles(trendingItems(shop().index, statistics, { n: 2, category: 'light', now: NOW }))).toEqual([
      'lamp',
      'light 7',
    ]);
    expect(trendingItems(shop().index, statistics, { n: 2, category: 'none', now: NOW })).toEqual([]);
  });

  it('look at a bounded number of items where a rule lets none pass', () => {
    const large = new SampleShop();
    for (let i = 0; i < 6_000; i++) large.put(`item ${i}`);
    let asked = 0;
    const admits = () => ++asked < 0;
    expect(trendingItems(large.index, statistics, { n: 5, now: NOW, admits })).toEqual([]);
    expect(asked).toBeLessThan(5_000);
  });

  it('are as many as asked for, while there are so many', () => {
    expect(new Set(titles(trendingItems(shop().index, statistics, { n: 24, now: NOW }))).size).toBe(24);
  });
});
