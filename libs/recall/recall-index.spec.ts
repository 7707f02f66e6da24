import fc from 'fast-check';
import { key53 } from '#kernel';
import { DIMENSIONS, priceBandLabel } from '#features';
import type { Item } from '#catalogue';
import type { LabelList } from './label-list.js';
import { RecallIndex } from './recall-index.js';
import { NOW, SampleShop } from './sample-shop.js';

const label = fc.constantFrom('x', 'y', 'z');
const change = fc.record({
  itemId: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
  what: fc.constantFrom('put', 'put', 'put', 'hide', 'remove'),
  fields: fc.record(
    {
      categories: fc.array(label, { maxLength: 3 }),
      tags: fc.array(label, { maxLength: 2 }),
      brand: label,
      price: fc.integer({ min: 0, max: 9 }),
      hidden: fc.boolean(),
      createdAt: fc.integer({ min: 1, max: 9 }),
    },
    { requiredKeys: [] },
  ),
});

function labelsIn(item: Item, dimension: (typeof DIMENSIONS)[number]): readonly string[] {
  if (dimension === 'category') return item.categories;
  if (dimension === 'tag') return item.tags;
  if (dimension === 'brand') return item.brand === undefined ? [] : [item.brand];
  return item.priceBand === 0 ? [] : [priceBandLabel(item.priceBand)];
}

function idsOf(index: RecallIndex, list: LabelList | undefined): string[] {
  return Array.from({ length: list?.size ?? 0 }, (_, i) => index.item(list!.members.at(i))!.id).sort();
}

describe('the recall index', () => {
  it('holds exactly the visible items under exactly their labels, whatever happened before', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        const shop = new SampleShop();
        for (const { itemId, what, fields } of changes) {
          if (what === 'put') shop.put(itemId, fields);
          else if (what === 'hide') shop.hide(itemId);
          else shop.remove(itemId);
        }
        const visible = [...shop.catalogue.values()].filter((item) => !item.hidden);
        const fresh = new RecallIndex(shop.catalogue);
        for (const index of [shop.index, fresh]) {
          expect(index.size).toBe(visible.length);
          expect(idsOf(index, index.everything)).toEqual(visible.map(({ id }) => id).sort());
          for (const item of visible) expect(index.item(index.slotOf(item.key))).toBe(item);
          for (const dimension of DIMENSIONS) {
            for (const value of [
              'x',
              'y',
              'z',
              ...Array.from({ length: 9 }, (_, band) => priceBandLabel(band)),
            ]) {
              const expected = visible
                .filter((item) => labelsIn(item, dimension).includes(value))
                .map(({ id }) => id);
              expect(idsOf(index, index.listOf(dimension, value))).toEqual(expected.sort());
            }
          }
        }
      }),
    );
  });

  it('reuses the slots of items that left', () => {
    const shop = new SampleShop();
    for (let i = 0; i < 100; i++) shop.put(`item ${i}`, { tags: [`tag ${i}`] }).remove(`item ${i}`);
    expect(shop.index.slotCount).toBe(1);
    expect(shop.index.listCount).toBeLessThanOrEqual(2);
  });

  it('knows no slot of what is unknown, hidden or deleted', () => {
    const shop = new SampleShop().put('hidden').hide('hidden').put('gone').remove('gone');
    expect(['hidden', 'gone', 'never'].map((id) => shop.index.slotOf(key53(id)))).toEqual([-1, -1, -1]);
  });

  it('names an item once among the newest however often it is updated, and no item that is gone', () => {
    const shop = new SampleShop();
    const ids = Array.from({ length: 300 }, (_, i) => `item ${i}`);
    for (let round = 0; round < 2; round++)
      ids.forEach((id, i) => shop.put(id, { createdAt: NOW + i, embedding: [1, i] }, NOW + round));
    const { newest, arrivals } = shop.index;
    const slotsOf = (list: typeof newest) => Array.from({ length: list.size }, (_, rank) => list.at(rank));
    for (const list of [newest, arrivals]) expect(new Set(slotsOf(list)).size).toBe(list.size);
    for (const id of ids) {
      shop.hide(id);
      for (const slot of [...slotsOf(newest), ...slotsOf(arrivals)])
        expect(shop.index.item(slot)).toBeDefined();
    }
  });

  it('keeps the newest items in order, through removals beyond what it keeps at hand', () => {
    const shop = new SampleShop();
    const ids = Array.from({ length: 700 }, (_, i) => `item ${i}`);
    ids.forEach((id, i) => shop.put(id, { createdAt: NOW + ((i * 37) % 700) }));
    const newest = [...ids].sort(
      (a, b) => shop.catalogue.get(b)!.createdAt - shop.catalogue.get(a)!.createdAt,
    );
    for (const id of newest.slice(0, 500)) shop.remove(id);
    const kept = Array.from({ length: shop.index.newest.size }, (_, rank) =>
      shop.id(shop.index.newest.at(rank)),
    );
    expect(kept.length).toBeGreaterThanOrEqual(100);
    expect(kept).toEqual(newest.slice(500, 500 + kept.length));
  });
});
