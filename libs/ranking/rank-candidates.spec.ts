import { EXPLAINED_MAX } from './rank-candidates.js';
import type { Ranked } from './request.js';
import { stocked } from './sample-world.js';

describe('ranking a caller’s own candidates', () => {
  it('orders them by score, each once, the unknown ones too, the hidden ones not', () => {
    const world = stocked(['crime', 'drama'], 5).hide('crime 4');
    world.act('ann', 'click', 'drama 0');
    const given = ['crime 1', 'never heard of', 'drama 1', 'crime 4', 'crime 1'];
    const { items } = world.rank('ann', { items: given });
    expect(items.map(({ itemId }) => itemId).sort()).toEqual(['crime 1', 'drama 1', 'never heard of']);
    expect(items[0]!.itemId).toBe('drama 1');
    expect(items.map(({ score }) => score)).toEqual(
      [...items.map(({ score }) => score)].sort((a, b) => b - a),
    );
    expect(items.find(({ itemId }) => itemId === 'never heard of')).toMatchObject({
      title: 'never heard of',
      channel: 'given',
    });
  });

  it('scores as a recommendation does, freshness and what is assumed of newcomers included, and says so', () => {
    const world = stocked(['crime', 'drama'], 8, false);
    world.pass(86_400);
    world.put('crime new', { categories: ['crime'] });
    const settings = {
      freshness: 1,
      coldStart: [{ when: { country: 'NO' }, categories: { crime: 3 } }],
      perCategoryMax: 100,
    };
    const context = { country: 'NO' };
    const listed = world.recommend('nobody', { n: 17, context }, { settings });
    const given = listed.items.map(({ itemId }) => itemId).sort();
    const ranked = world.rank('nobody', { items: given, context }, { settings });
    expect(ranked.items[0]!.itemId).toBe('crime new');
    const scoreOf = ({ items }: Ranked) => items.map(({ itemId, score }) => ({ itemId, score }));
    expect(scoreOf(ranked)).toEqual(scoreOf(listed));
    const features = ranked.items[0]!.reasons.map(({ feature }) => feature);
    expect(features).toEqual(expect.arrayContaining(['to start with: crime', 'fresh']));
  });

  it('keeps what the user acted on: the caller knows what it asks', () => {
    const world = stocked(['crime'], 3);
    world.act('ann', 'purchase', 'crime 0');
    expect(world.rank('ann', { items: ['crime 0', 'crime 1'] }).items).toHaveLength(2);
  });

  it('learns of an unknown item by its id alone', () => {
    const world = stocked(['crime'], 3);
    for (let i = 0; i < 60; i++) {
      world
        .show(`user ${i}`, ['liked stranger', 'ignored stranger'])
        .act(`user ${i}`, 'click', 'liked stranger');
    }
    world.pass(2_000);
    const { items } = world.rank('ann', { items: ['ignored stranger', 'liked stranger'] });
    expect(items[0]!.itemId).toBe('liked stranger');
    expect(items[0]!.score).toBeGreaterThan(2 * items[1]!.score);
  });

  it('says why for the first, and is the same for the same seed', () => {
    const world = stocked(['crime', 'drama'], 40);
    world.act('ann', 'click', 'drama 0');
    const given = Array.from({ length: 80 }, (_, i) => `${i % 2 ? 'crime' : 'drama'} ${i >> 1}`);
    const asked = { seed: 4, settings: { explore: 1 } };
    const ranked = world.rank('ann', { items: given }, asked);
    expect(world.rank('ann', { items: given }, asked)).toEqual(ranked);
    expect(ranked.explored).toBe(true);
    expect(ranked.items).toHaveLength(80);
    expect(
      ranked.items.find(({ itemId, position }) => itemId.startsWith('drama') && position <= EXPLAINED_MAX)!
        .reasons[0]!.feature,
    ).toBe('you like drama');
  });

  it('answers an empty question with an empty list', () => {
    expect(stocked(['crime'], 1).rank('ann', { items: [] }).items).toEqual([]);
  });
});
