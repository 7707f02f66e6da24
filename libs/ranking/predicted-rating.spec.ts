import { stocked } from './sample-world.js';

describe('Predicted ratings', () => {
  it('stand beside recommended and given items alike where users rate items, and nowhere else', () => {
    const world = stocked(['good', 'bad'], 12);
    expect(world.recommend('ann').items[0]!.predictedRating).toBeUndefined();
    for (let user = 0; user < 20; user++)
      for (let i = 0; i < 10; i++) {
        world.act(`user ${user}`, 'rating', `good ${(user + i) % 12}`, 5);
        world.act(`user ${user}`, 'rating', `bad ${(user + i) % 12}`, 2);
      }
    const { items } = world.recommend('ann', { n: 20 });
    const given = world.rank('ann', { items: items.map(({ itemId }) => itemId) });
    const rated = new Map(given.items.map(({ itemId, predictedRating }) => [itemId, predictedRating]));
    for (const { itemId, predictedRating } of items) {
      expect(predictedRating).toEqual(rated.get(itemId));
      expect(predictedRating!.mean > 3.5).toBe(itemId.startsWith('good'));
    }
  });
});
