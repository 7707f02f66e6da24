import fc from 'fast-check';
import { SeededRandom } from '#kernel';
import { CandidateSet } from './candidates.js';
import type { RecallRequest } from './channel.js';
import { newest } from './channels/newest.js';
import { trendingInCategories } from './channels/trending-category.js';
import { recall } from './recall.js';
import { SampleShop, statisticsOf, tasteFor, type KnownItem } from './sample-shop.js';
import type { Taste } from './taste.js';

const nothingKnown = statisticsOf({});

/** 600 items: category c0 .. c5 in turn. */
function bigShop(): SampleShop {
  const shop = new SampleShop();
  for (let i = 0; i < 600; i++) shop.put(`item ${i}`, { categories: [`c${i % 6}`] });
  return shop;
}

function found(shop: SampleShop, request: RecallRequest, capacity = 200) {
  const set = new CandidateSet(capacity);
  recall(request, set);
  return Array.from({ length: set.size }, (_, place) => ({
    id: shop.id(set.slots[place]!),
    label: set.labelOf(place),
    channels: set.channelsOf(place),
    cause: set.cause[place]!,
  }));
}

describe('recall', () => {
  it('finds the lists of the strongest interests, in proportion to their weights', () => {
    const shop = bigShop();
    const taste = tasteFor([
      { dimension: 'category', label: 'c1', weight: 3 },
      { dimension: 'category', label: 'c2', weight: 1 },
      { dimension: 'category', label: 'c3', weight: -5 },
    ]);
    const content = found(shop, shop.request(nothingKnown, { taste })).filter(
      ({ label }) => label === 'content',
    );
    const count = (category: string): number =>
      content.filter(({ id }) => shop.catalogue.get(id)!.categories[0] === category).length;
    expect(count('c1')).toBeGreaterThan(2 * count('c2'));
    expect(count('c2')).toBeGreaterThan(5);
    expect(count('c3')).toBe(0);
  });

  it('tells of each channel how many candidates it was the first to find, and leaves out those without a share', () => {
    const shop = bigShop();
    const taste = tasteFor([{ dimension: 'category', label: 'c1', weight: 1 }]);
    const added = new Map<string, number>();
    const all = found(shop, {
      ...shop.request(nothingKnown, { taste }),
      shares: { new: 0 },
      looked: (channel, count) => added.set(channel, count),
    });
    expect([...added.values()].reduce((sum, count) => sum + count, 0)).toBe(all.length);
    expect(added.get('content')).toBeGreaterThan(0);
    expect(added.has('new')).toBe(false);
  });

  it('can reach every item of an interest, whatever its click-through rate', () => {
    const shop = bigShop();
    const taste = tasteFor([{ dimension: 'category', label: 'c1', weight: 1 }]);
    const statistics = statisticsOf(
      Object.fromEntries(
        Array.from({ length: 60 }, (_, i) => [`item ${6 * i + 1}`, { ctr: 0.5, impressions: 100 }]),
      ),
    );
    const reached = new Set<string>();
    // Some 6 of the 100 are drawn at a time: 120 times leave one out with a chance of 1 in 20.
    for (let seed = 0; seed < 120; seed++) {
      const request = shop.request(statistics, { taste, random: new SeededRandom(seed) });
      for (const { id, label } of found(shop, request, 60)) if (label === 'content') reached.add(id);
    }
    expect(reached.size).toBe(100);
  });

  it('prefers the best by click-through rate within an interest', () => {
    const shop = bigShop();
    const taste = tasteFor([{ dimension: 'category', label: 'c1', weight: 1 }]);
    const statistics = statisticsOf({ 'item 301': { ctr: 0.9, impressions: 50 } });
    expect(found(shop, shop.request(statistics, { taste }), 50).map(({ id }) => id)).toContain('item 301');
  });

  it('follows the user’s recent items to their neighbours, the strongest first, naming the one that points there', () => {
    const shop = bigShop();
    const statistics = statisticsOf({
      'item 1': { neighbours: { 'item 10': 0.3, 'item 20': 0.1 } },
      'item 2': { neighbours: { 'item 20': 0.9 } },
    });
    const taste = tasteFor([], ['item 2', 'item 1', 'unknown']);
    const neighbours = found(shop, shop.request(statistics, { taste })).filter(
      ({ label }) => label === 'covisitation',
    );
    expect(neighbours).toEqual([
      expect.objectContaining({ id: 'item 20', cause: 0 }),
      expect.objectContaining({ id: 'item 10', cause: 1 }),
    ]);
  });

  it('names every channel that found an item, and labels it by the strongest', () => {
    const shop = bigShop();
    const statistics = statisticsOf({
      'item 7': { popularity: 5, neighbours: {} },
      'item 1': { neighbours: { 'item 7': 0.5 } },
    });
    const taste = tasteFor([{ dimension: 'category', label: 'c1', weight: 1 }], ['item 1']);
    const seven = found(shop, shop.request(statistics, { taste }), 1_000).find(({ id }) => id === 'item 7')!;
    expect(seven.label).toBe('covisitation');
    expect(seven.channels).toEqual(expect.arrayContaining(['covisitation', 'content', 'trending']));
  });

  it('finds what is popular now in the categories the user likes, each with its share', () => {
    const shop = bigShop();
    const popular = Object.fromEntries(
      Array.from({ length: 400 }, (_, i) => [`item ${i}`, { popularity: 400 - i }]),
    );
    const taste = tasteFor([
      { dimension: 'category', label: 'c1', weight: 3 },
      { dimension: 'category', label: 'c2', weight: 1 },
      { dimension: 'category', label: 'c3', weight: -5 },
    ]);
    const request = shop.request(statisticsOf(popular), { taste });
    const out = new CandidateSet(500);
    out.reset(shop.index.slotCount);
    trendingInCategories(request, 20, out);
    const categories = Array.from(
      { length: out.size },
      (_, place) => shop.index.item(out.slots[place]!)!.categories[0],
    );
    expect(categories.filter((category) => category === 'c1')).toHaveLength(15);
    expect(categories.filter((category) => category === 'c2')).toHaveLength(5);
    expect(out.labelOf(0)).toBe('trending-category');
    expect(shop.index.list(out.cause[0]!).label).toBe('c1');
  });

  it('gives a channel the share it is told, and none at 0', () => {
    const shop = bigShop();
    const statistics = statisticsOf(
      Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`item ${i}`, { popularity: 400 - i }])),
    );
    const taste = tasteFor([{ dimension: 'category', label: 'c1', weight: 3 }]);
    const by = (shares: Record<string, number>, channel: string): number =>
      found(shop, shop.request(statistics, { taste, shares }), 500).filter(({ channels }) =>
        (channels as string[]).includes(channel),
      ).length;
    expect(by({}, 'trending-category')).toBe(0);
    expect(by({ 'trending-category': 0.1 }, 'trending-category')).toBeGreaterThan(0);
    expect(by({}, 'trending')).toBeGreaterThan(0);
    expect(by({ trending: 0 }, 'trending')).toBe(0);
  });

  it('looks for as many candidates as it is asked to, within what the set holds', () => {
    const shop = bigShop();
    const taste = tasteFor([{ dimension: 'category', label: 'c1', weight: 1 }]);
    const inAll = (candidates: number, capacity: number): number =>
      found(shop, shop.request(nothingKnown, { taste, candidates }), capacity).length;
    expect(inAll(600, 600)).toBeGreaterThan(1.2 * inAll(200, 600));
    expect(inAll(10_000, 150)).toBeLessThanOrEqual(150);
  });

  it('keeps room for the channels that are asked last, and lets them have what those before left', () => {
    const shop = bigShop();
    const statistics = statisticsOf(
      Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`item ${i}`, { popularity: 400 - i }])),
    );
    const interests = Array.from({ length: 6 }, (_, i) => ({
      dimension: 'category' as const,
      label: `c${i}`,
      weight: 1,
    }));
    const added = (taste: Taste): Record<string, number> => {
      const by: Record<string, number> = {};
      const looked = (channel: string, count: number): void => void (by[channel] = count);
      found(shop, shop.request(statistics, { taste, wanted: 40, shares: { content: 3 }, looked }), 200);
      return by;
    };
    const greedy = added(tasteFor(interests));
    expect(greedy['content']).toBeGreaterThan(100);
    expect(greedy['trending']).toBeGreaterThan(0);
    expect(greedy['new']).toBeGreaterThan(0);
    expect(added(tasteFor([]))['trending']).toBe(20);
  });

  it('finds what people like the user engage with now, the small groups beside the large', () => {
    const shop = bigShop();
    const favourites = (from: number): Record<string, number> =>
      Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`item ${from + i}`, 30 - i]));
    const statistics = statisticsOf({}, { 11: favourites(100), 12: favourites(200) });
    const taste = tasteFor([], [], undefined, [
      { group: 11 },
      { group: 12, label: 'country NO' },
      { group: 13 },
    ]);
    const ofGroups = found(shop, shop.request(statistics, { taste })).filter(
      ({ label }) => label === 'segment',
    );
    expect(ofGroups).toHaveLength(20);
    expect(ofGroups.filter(({ cause }) => cause === 0).map(({ id }) => id)).toContain('item 100');
    expect(ofGroups.filter(({ cause }) => cause === 1).map(({ id }) => id)).toContain('item 200');
  });

  it('reaches every item without evidence, however many arrive at once, and lets proven ones be', () => {
    const shop = new SampleShop();
    const proven: Record<string, KnownItem> = {};
    for (let i = 0; i < 1_000; i++) {
      shop.put(`item ${i}`, { categories: ['c'] });
      if (i % 2 === 0) proven[`item ${i}`] = { impressions: 50 };
    }
    const statistics = statisticsOf(proven);
    const reached = new Set<string>();
    for (let seed = 0; seed < 300; seed++) {
      const out = new CandidateSet(500);
      out.reset(shop.index.slotCount);
      newest(shop.request(statistics, { random: new SeededRandom(seed) }), 20, out);
      for (let place = 0; place < out.size; place++) reached.add(shop.id(out.slots[place]!));
    }
    expect([...reached].some((id) => id in proven)).toBe(false);
    expect(reached.size).toBeGreaterThan(480);
  });

  it('finds what lies near the user’s embedding, and only among embeddings of the same length', () => {
    const shop = new SampleShop();
    for (let i = 0; i < 300; i++) {
      const angle = (i / 300) * 2 * Math.PI;
      shop.put(`item ${i}`, { embedding: [Math.cos(angle), Math.sin(angle), 0.1] });
    }
    shop.put('other space', { embedding: [1, 0] });
    const near = found(
      shop,
      shop.request(nothingKnown, { taste: tasteFor([], [], [1, 0, 0.1]) }),
      100,
    ).filter(({ channels }) => channels.includes('embedding'));
    expect(near.map(({ id }) => id)).toEqual(expect.arrayContaining(['item 0', 'item 1', 'item 299']));
    expect(near.map(({ id }) => id)).not.toContain('other space');
  });

  it('gives the newest their chance until they have evidence', () => {
    const shop = bigShop();
    shop
      .put('fresh', { createdAt: 2_000_000_000_000 })
      .put('fresh but seen', { createdAt: 2_000_000_000_001 });
    const items = found(shop, shop.request(statisticsOf({ 'fresh but seen': { impressions: 20 } })));
    expect(items.find(({ id }) => id === 'fresh')!.channels).toContain('new');
    expect(items.find(({ id }) => id === 'fresh but seen')?.channels ?? []).not.toContain('new');
  });

  it('finds the one admitted item among many, but does not look at everything when it has enough', () => {
    const shop = new SampleShop();
    for (let i = 0; i < 20_000; i++) shop.put(`item ${i}`);
    const only = shop.slot('item 17171');
    expect(
      found(shop, shop.request(nothingKnown, { admits: (slot) => slot === only })).map(({ id }) => id),
    ).toEqual(['item 17171']);
    let asked = 0;
    found(shop, shop.request(nothingKnown, { admits: () => ++asked > 0 }));
    expect(asked).toBeLessThan(1_000);
  });

  it('is empty only when nothing visible is admitted, holds nothing twice and nothing refused', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 40 }),
        fc.func(fc.boolean()),
        fc.integer({ min: 1, max: 30 }),
        fc.integer(),
        (items, admits, capacity, seed) => {
          const shop = new SampleShop();
          for (let i = 0; i < items; i++) shop.put(`item ${i}`, { categories: [`c${i % 3}`], price: i });
          const taste = tasteFor([{ dimension: 'category', label: 'c1', weight: 1 }], ['item 1']);
          const statistics = statisticsOf({ 'item 1': { neighbours: { 'item 2': 0.4 }, popularity: 2 } });
          const random = new SeededRandom(seed);
          const set = found(
            shop,
            shop.request(statistics, { taste, admits: (slot) => admits(shop.id(slot)), random }),
            capacity,
          );
          const ids = set.map(({ id }) => id);
          expect(new Set(ids).size).toBe(ids.length);
          expect(ids.every((id) => admits(id))).toBe(true);
          expect(ids.length).toBeLessThanOrEqual(capacity);
          const admitted = Array.from({ length: items }, (_, i) => `item ${i}`).filter((id) => admits(id));
          expect(ids.length > 0).toBe(admitted.length > 0);
        },
      ),
    );
  });

  it('is the same for the same seed', () => {
    const taste = tasteFor([{ dimension: 'category', label: 'c1', weight: 1 }]);
    const once = (): unknown => {
      const shop = bigShop();
      return found(shop, shop.request(nothingKnown, { taste, random: new SeededRandom(7) }));
    };
    expect(once()).toEqual(once());
  });
});
