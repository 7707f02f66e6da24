/** New items get a sure and bounded share of the lists until they have evidence, and each gets its turn. */
import type { Ranked } from './request.js';
import { SampleWorld } from './sample-world.js';

const SHARE = 0.2;
const N = 10;
const PROVEN = 60;
/** Of the proven ones, liked better than the average, which is what is believed of a newcomer. */
const LIKED = 30;
const NEW = 30;
const EVIDENCE = 20;

/** Items with evidence, well liked; then newcomers, of which nothing is known. */
function shopWithNewcomers(): SampleWorld {
  const world = new SampleWorld();
  const known = Array.from({ length: PROVEN }, (_, i) => `known ${i}`);
  for (const id of known) world.put(id, { categories: [`c${id.length % 3}`] });
  for (let round = 0; round < 25; round++) {
    world.show(`reader ${round}`, known);
    for (let k = 0; k < 12; k++) world.act(`reader ${round}`, 'click', known[(round * 5 + k) % LIKED]!);
  }
  world.pass(3_600);
  for (let i = 0; i < NEW; i++) world.put(`new ${i}`, { categories: ['fresh'] });
  return world;
}

const isNew = (id: string): boolean => id.startsWith('new ');
const newIn = ({ items }: Ranked): string[] => items.map(({ itemId }) => itemId).filter(isNew);

describe('new items', () => {
  const world = shopWithNewcomers();
  const settings = { newItemShare: SHARE, perCategoryMax: 100 };
  const shown = new Map<string, number>();
  const places: number[] = [];
  let spreadHalfway = 0;

  beforeAll(() => {
    for (let visit = 0; visit < 500; visit++) {
      const user = `visitor ${visit}`;
      const list = world.recommend(user, { n: N }, { seed: visit, settings });
      world.show(
        user,
        list.items.map(({ itemId }) => itemId),
      );
      // Every second proven item is clicked, and no newcomer: they win no place by score.
      const proven = list.items.filter(({ itemId }) => !isNew(itemId));
      for (const { itemId } of proven.filter((_, i) => (visit + i) % 2 === 0))
        world.act(user, 'click', itemId);
      const found = newIn(list);
      places.push(found.length);
      for (const id of found) shown.set(id, (shown.get(id) ?? 0) + 1);
      if (visit === 150) spreadHalfway = Math.max(...shown.values()) - Math.min(...shown.values());
    }
  });

  it('are sure of their share while they lack evidence', () => {
    const early = places.slice(0, 200).reduce((sum, count) => sum + count, 0);
    expect(early).toBeGreaterThanOrEqual(200 * N * SHARE - 1);
  });

  it('take no more than their share, as long as they win no place by score', () => {
    expect(Math.max(...places.slice(0, 200))).toBeLessThanOrEqual(Math.ceil(N * SHARE) + 1);
  });

  it('all get evidence, one as much as another on the way', () => {
    expect(shown.size).toBe(NEW);
    expect(Math.min(...shown.values())).toBeGreaterThanOrEqual(EVIDENCE);
    expect(spreadHalfway).toBeLessThanOrEqual(8);
  });

  it('lose their share when the evidence is there', () => {
    const needed = Math.ceil((NEW * (EVIDENCE + 2)) / (N * SHARE));
    const late = places.slice(needed + 20);
    expect(late.length).toBeGreaterThan(50);
    expect(late.reduce((sum, count) => sum + count, 0) / (late.length * N)).toBeLessThan(SHARE / 2);
  });

  it('say that they are new', () => {
    const fresh = shopWithNewcomers();
    const { items } = fresh.recommend('somebody', { n: N }, { settings });
    const features = items
      .filter(({ itemId }) => isNew(itemId))
      .flatMap(({ reasons }) => reasons.map(({ feature }) => feature));
    expect(features).toContain('new');
  });

  it('say so wherever a place is given to them, whatever found them', () => {
    const fresh = shopWithNewcomers();
    for (let seed = 0; seed < 10; seed++) {
      const asked = { ...settings, recallShares: { new: 0 } };
      const { items } = fresh.recommend('somebody', { n: N }, { seed, settings: asked });
      const given = items.filter(({ itemId }) => isNew(itemId));
      expect(given.length).toBeGreaterThan(0);
      for (const { channels, reasons } of given) {
        expect(channels).not.toContain('new');
        expect(reasons.filter(({ feature }) => feature === 'new')).toHaveLength(1);
      }
    }
  });

  it('can need more evidence, or get no share at all', () => {
    const fresh = shopWithNewcomers();
    expect(newIn(fresh.recommend('a', { n: N }, { settings: { ...settings, newItemShare: 0 } }))).toEqual([]);
    for (let i = 0; i < 22; i++) fresh.show(`viewer ${i}`, ['new 0']);
    for (let i = 1; i < NEW; i++) fresh.hide(`new ${i}`);
    const asked = { ...settings, newItemShare: 0.5 };
    expect(newIn(fresh.recommend('a', { n: N }, { settings: asked }))).toEqual([]);
    expect(newIn(fresh.recommend('a', { n: N }, { settings: { ...asked, newItemImpressions: 24 } }))).toEqual(
      ['new 0'],
    );
  });
});
