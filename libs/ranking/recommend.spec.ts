import fc from 'fast-check';
import { listWatch } from './list-watch.js';
import type { Ranked } from './request.js';
import { SampleWorld, stocked } from './sample-world.js';

const CATEGORIES = ['crime', 'drama', 'comedy', 'horror', 'western'];
const ids = (list: Ranked): string[] => list.items.map(({ itemId }) => itemId);
const count = (list: Ranked, category: string): number =>
  ids(list).filter((id) => id.startsWith(category)).length;
const meanPlace = (list: Ranked, category: string): number => {
  const places = list.items
    .filter(({ itemId }) => itemId.startsWith(category))
    .map(({ position }) => position);
  return places.reduce((a, b) => a + b, 0) / places.length;
};

describe('a click', () => {
  it.each([
    ['empty', false],
    ['learning', true],
  ])('moves its category up in the very next list, with an %s model', (_, learning) => {
    for (const category of CATEGORIES) {
      const world = stocked(CATEGORIES, 40, learning);
      const before = world.recommend('ann');
      world.act('ann', 'click', `${category} 3`);
      const after = world.recommend('ann');
      expect(count(after, category)).toBe(4);
      expect(count(after, category)).toBeGreaterThanOrEqual(count(before, category));
      expect(after.items.slice(0, 3).every(({ itemId }) => itemId.startsWith(category))).toBe(true);
    }
  });

  it('still moves its category up when the model has learnt from thousands of clicks on another', () => {
    const world = stocked(CATEGORIES, 40);
    for (let i = 0; i < 400; i++) {
      const shown = CATEGORIES.map((category) => `${category} ${i % 40}`);
      world.show(`user ${i}`, shown).act(`user ${i}`, 'click', `drama ${i % 40}`);
      if (i % 50 === 49) world.pass(2_000);
    }
    const places = (): Map<string, number> => {
      const list = world.recommend('ann', { n: 200 }, { settings: { perCategoryMax: 200 } });
      return new Map(CATEGORIES.map((category) => [category, meanPlace(list, category)]));
    };
    const before = places();
    const last = CATEGORIES.reduce((a, b) => (before.get(b)! > before.get(a)! ? b : a));
    world.act('ann', 'click', `${last} 3`);
    expect(places().get(last)!).toBeLessThan(before.get(last)! - 50);
  });

  it('says why: what it recalled, what the user likes', () => {
    const world = stocked(CATEGORIES, 40, false);
    world.act('ann', 'click', 'drama 3');
    const [first] = world.recommend('ann').items;
    expect(first!.channel).toBe('content');
    expect(first!.reasons[0]).toEqual({ feature: 'you like drama', contribution: expect.any(Number) });
    expect(first!.reasons[0]!.contribution).toBeGreaterThan(0.5);
  });

  it('leads to what others took to together with it, and names it', () => {
    const world = stocked(CATEGORIES, 40);
    for (let i = 0; i < 20; i++)
      world.act(`user ${i}`, 'click', 'crime 1').act(`user ${i}`, 'purchase', 'western 7');
    world.act('ann', 'click', 'crime 1');
    const found = world.recommend('ann').items.find(({ itemId }) => itemId === 'western 7')!;
    expect(found.channel).toBe('covisitation');
    expect(found.reasons[0]!.feature).toBe('because you clicked The crime 1');
    expect(found.position).toBe(1);
  });

  it('leads to what has labels in common with it though nobody took both, and names the rarest', () => {
    const world = new SampleWorld();
    for (let tag = 0; tag < 20; tag++)
      for (let i = 0; i < 5; i++) world.put(`${tag}.${i}`, { categories: ['all'], tags: [`tag ${tag}`] });
    for (let i = 0; i < 6; i++) world.put(`hit ${i}`, { categories: ['all'] });
    for (const id of ['alike', 'mine']) world.put(id, { categories: ['all'], tags: ['jazz'] });
    world.act('somebody', 'click', 'alike');
    // Everybody takes hits, then things of one tag: so the mix learns that labels tell, and popularity.
    for (let user = 0; user < 200; user++) {
      for (let i = 0; i < 3; i++) world.act(`user ${user}`, 'click', `hit ${(user + i) % 6}`);
      for (let i = 0; i < 3; i++)
        world.act(`user ${user}`, 'click', `${(user * 7) % 20}.${(user + i) % 5}`).now += 60_000;
    }
    world.act('ann', 'click', 'mine');
    const byMix = { recallShares: { content: 0, new: 0, trending: 0, segment: 0 } };
    const list = world.recommend('ann', { n: 50 }, { settings: byMix });
    const found = list.items.find(({ itemId }) => itemId === 'alike')!;
    expect(found.channel).toBe('labels');
    expect(found.reasons[0]!.feature).toBe('shares jazz with what you chose');
  });

  it('on what is disliked moves its category down', () => {
    const world = stocked(['crime', 'drama'], 40, false);
    const all = { settings: { perCategoryMax: 100 } };
    world.act('ann', 'dislike', 'crime 3');
    const list = world.recommend('ann', { n: 70 }, all);
    expect(meanPlace(list, 'crime')).toBeGreaterThan(meanPlace(list, 'drama') + 10);
    expect(ids(list)).not.toContain('crime 3');
  });
});

describe('features of the model', () => {
  it('are named with their contributions once it has learnt', () => {
    const world = stocked(CATEGORIES, 10);
    for (let i = 0; i < 300; i++) {
      world
        .show(
          `user ${i}`,
          CATEGORIES.map((category) => `${category} ${i % 10}`),
        )
        .act(`user ${i}`, 'click', `drama ${i % 10}`);
      if (i % 50 === 49) world.pass(2_000);
    }
    const [first] = world.recommend('ann').items;
    expect(first!.itemId).toMatch(/^drama/);
    const names = first!.reasons.slice(1).map(({ feature }) => feature);
    expect(names.some((name) => /category drama|item/.test(name))).toBe(true);
    for (const { contribution } of first!.reasons) expect(Number.isFinite(contribution)).toBe(true);
  });
});

describe('a list', () => {
  it('never holds what is hidden, bought, disliked, excluded or lately acted on', () => {
    const world = stocked(['crime'], 12);
    world
      .hide('crime 0')
      .act('ann', 'purchase', 'crime 1')
      .act('ann', 'dislike', 'crime 2')
      .act('ann', 'click', 'crime 3');
    const list = world.recommend(
      'ann',
      { n: 50, exclude: ['crime 4', 'unknown'] },
      { settings: { perCategoryMax: 50 } },
    );
    expect(ids(list).sort()).toEqual([
      'crime 10',
      'crime 11',
      'crime 5',
      'crime 6',
      'crime 7',
      'crime 8',
      'crime 9',
    ]);
  });

  it('brings back what was clicked, but not what was bought, when there is nothing else', () => {
    const world = stocked(['crime'], 2);
    world.act('ann', 'purchase', 'crime 0').act('ann', 'click', 'crime 1');
    expect(ids(world.recommend('ann'))).toEqual(['crime 1']);
    expect(ids(world.act('ann', 'purchase', 'crime 1').recommend('ann'))).toEqual([]);
  });

  it('shows a new item at once, and a hidden or deleted one no longer', () => {
    const world = stocked(['crime'], 20).put('fresh', { categories: ['drama'] });
    expect(ids(world.recommend('ann', { n: 21 }, { settings: { perCategoryMax: 50 } }))).toContain('fresh');
    expect(ids(world.hide('fresh').recommend('ann', { n: 21 }))).not.toContain('fresh');
  });

  it('gives somebody unknown a varied list, and not the same to everybody', () => {
    const world = stocked(CATEGORIES, 40);
    const [ann, bob] = [world.recommend('ann'), world.recommend('bob')];
    expect(ann.items).toHaveLength(10);
    expect(new Set(ids(ann).map((id) => id.split(' ')[0])).size).toBeGreaterThanOrEqual(3);
    expect(ids(ann)).not.toEqual(ids(bob));
  });

  it('gives somebody unknown what is popular now, and says so', () => {
    const world = stocked(CATEGORIES, 40);
    for (let i = 0; i < 30; i++) world.act(`user ${i}`, 'like', 'horror 9');
    const [first] = world.recommend('ann').items;
    expect(first).toMatchObject({ itemId: 'horror 9', channel: 'trending' });
    expect(first!.reasons[0]!.feature).toBe('popular now');
  });

  it('holds at most so many of a category among any ten', () => {
    const world = stocked(CATEGORIES, 40, false);
    for (let i = 0; i < 5; i++) world.act('ann', 'click', `drama ${i}`);
    for (const perCategoryMax of [2, 4, 7]) {
      const list = ids(world.recommend('ann', { n: 20 }, { settings: { perCategoryMax } }));
      for (let from = 0; from + 10 <= list.length; from++) {
        expect(list.slice(from, from + 10).filter((id) => id.startsWith('drama')).length).toBeLessThanOrEqual(
          perCategoryMax,
        );
      }
    }
  });

  it('keeps to its filter, even where only one of thousands passes', () => {
    const world = stocked(CATEGORIES, 600);
    world.put('the one', { categories: ['drama'], brand: 'acme', price: 10, attributes: { colour: 'red' } });
    world.act('ann', 'click', 'crime 1');
    expect(ids(world.recommend('ann', { filter: { attributes: { colour: 'red' } } }))).toEqual(['the one']);
    expect(ids(world.recommend('ann', { filter: { brands: ['acme'], priceMax: 10 } }))).toEqual(['the one']);
    expect(ids(world.recommend('ann', { filter: { brands: ['acme'], priceMax: 9 } }))).toEqual([]);
    const dramas = world.recommend('ann', {
      n: 20,
      filter: { categories: ['drama'], excludeCategories: ['crime'] },
    });
    expect(count(dramas, 'drama') + count(dramas, 'the one')).toBe(20);
    expect(ids(world.recommend('ann', { filter: { categories: ['no such'] } }))).toEqual([]);
  });

  it('gives items without evidence their share of the places', () => {
    const world = stocked(['crime'], 60);
    for (let i = 0; i < 25; i++) {
      const shown = Array.from({ length: 50 }, (_, k) => `crime ${k}`);
      world.show(`user ${i}`, shown);
      for (let k = 0; k < 50; k += 2) world.act(`user ${i}`, 'click', `crime ${k}`);
    }
    world.pass(2_000);
    const unproven = (list: Ranked): number =>
      ids(list).filter((id) => Number(id.split(' ')[1]) >= 50).length;
    const settings = { perCategoryMax: 100 };
    expect(unproven(world.recommend('ann', { n: 20 }, { settings }))).toBe(0);
    expect(
      unproven(world.recommend('ann', { n: 20 }, { settings: { ...settings, newItemShare: 0.2 } })),
    ).toBe(4);
  });

  it('is the same for the same seed, and its propensities are of one policy', () => {
    const world = stocked(CATEGORIES, 100);
    world.act('ann', 'click', 'drama 3');
    const explore = { settings: { explore: 0.5, newItemShare: 0.1 } };
    let explored = 0;
    for (let seed = 0; seed < 40; seed++) {
      const list = world.recommend('ann', {}, { ...explore, seed });
      expect(world.recommend('ann', {}, { ...explore, seed })).toEqual(list);
      expect(list.policy).toBe('plackett-luce-0.5');
      explored += list.explored ? 1 : 0;
      for (const { propensity } of list.items) {
        expect(propensity).toBeGreaterThan(0);
        expect(propensity).toBeLessThanOrEqual(1);
      }
      if (!list.explored) expect(list.items[0]!.propensity).toBeGreaterThanOrEqual(0.5);
    }
    expect(explored).toBeGreaterThan(8);
    expect(explored).toBeLessThan(32);
  });

  it('is never empty while something may be shown, holds nothing twice and nothing that may not be shown', () => {
    const itemId = fc.integer({ min: 0, max: 11 }).map((i) => `item ${i}`);
    const step = fc.oneof(
      fc.record({
        what: fc.constant('put' as const),
        itemId,
        categories: fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 2 }),
      }),
      fc.record({ what: fc.constant('hide' as const), itemId }),
      fc.record({
        what: fc.constant('act' as const),
        itemId,
        type: fc.constantFrom('click', 'purchase', 'dislike', 'like'),
      }),
    );
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 30 }),
        fc.uniqueArray(itemId),
        fc.integer({ min: 1, max: 15 }),
        fc.nat(),
        fc.boolean(),
        (steps, exclude, n, seed, explore) => {
          const world = new SampleWorld();
          for (const each of steps) {
            if (each.what === 'put') world.put(each.itemId, { categories: each.categories });
            else if (each.what === 'hide') world.hide(each.itemId);
            else world.act('ann', each.type, each.itemId);
          }
          const { purchased, disliked } = world.user('ann');
          const showable = [...world.catalogue.values()].filter(
            (item) =>
              !item.hidden &&
              !exclude.includes(item.id) &&
              !purchased.has(item.key) &&
              !disliked.has(item.key),
          );
          const settings = {
            explore: explore ? 1 : 0,
            newItemShare: 0.3,
            perCategoryMax: 2,
            candidatesMax: 8,
            coarseMax: 5,
          };
          const list = world.recommend('ann', { n, exclude }, { seed, settings });
          expect(new Set(ids(list)).size).toBe(list.items.length);
          expect(list.items.length).toBeLessThanOrEqual(n);
          expect(list.items.length > 0).toBe(showable.length > 0);
          for (const id of ids(list)) expect(showable.map((item) => item.id)).toContain(id);
          expect(list.items.map(({ position }) => position)).toEqual(list.items.map((_, i) => i + 1));
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('the coarse rank', () => {
  it('lets items without evidence through beside those it prefers', () => {
    const world = stocked(['crime'], 300);
    for (let i = 0; i < 25; i++)
      world
        .show(
          `user ${i}`,
          Array.from({ length: 200 }, (_, k) => `crime ${k}`),
        )
        .act(`user ${i}`, 'click', `crime ${i}`);
    world.pass(2_000);
    const settings = { perCategoryMax: 1_000, candidatesMax: 300, coarseMax: 50, newItemShare: 0.1 };
    const list = ids(world.recommend('ann', { n: 20 }, { settings }));
    expect(list.filter((id) => Number(id.split(' ')[1]) >= 200).length).toBeGreaterThanOrEqual(2);
  });
});

describe('a watch', () => {
  it('hears what each channel of recall took, all of it, and changes nothing', () => {
    const world = stocked(CATEGORIES, 40);
    for (let i = 0; i < 20; i++)
      world.act(`user ${i}`, 'click', 'crime 1').act(`user ${i}`, 'click', 'western 7');
    world.act('ann', 'click', 'crime 1');
    const channels = new Map<string, number>();
    const stages = new Map<string, number>();
    let ticks = 0;
    const watch = listWatch(() => ticks++, {
      stage: (stage, ms) => stages.set(stage, ms),
      channel: (channel, ms) => channels.set(channel, ms),
    });
    const watched = world.recommend('ann', {}, { watch });
    expect(watched.items).toEqual(world.recommend('ann').items);
    // Of two moments: what it finds for the mix, and what it adds itself.
    for (const channel of ['covisitation', 'session', 'neighbours', 'mix'])
      expect(channels.get(channel)).toBeGreaterThanOrEqual(2);
    for (const channel of ['shared', 'labels', 'factors', 'content'])
      expect(channels.get(channel)).toBeGreaterThanOrEqual(1);
    const sum = [...channels.values()].reduce((a, b) => a + b, 0);
    expect(stages.get('recall')).toBe(sum + 1); // the end itself is a look at the clock
  });
});
